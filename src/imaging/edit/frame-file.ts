import type { Frame } from '#domain/edit.ts'
import { decodeSource } from './decode.ts'
import { applyFrame } from './frame.ts'
import { writePng } from './png-writer.ts'

export interface FrameJob {
  source: Blob
  frame: Frame
}

/** Turns, mirrors, straightens and crops a file; the pixels keep their colour space. Runs in a worker. */
export async function frameFile({ source, frame }: FrameJob): Promise<Blob> {
  const { pixels, colour } = await decodeSource(source)
  return writePng(applyFrame(pixels, frame), colour)
}
