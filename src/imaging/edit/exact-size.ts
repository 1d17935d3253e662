import type { Box } from '#domain/edit.ts'
import { toReadable } from '../readable-file.ts'
import { askWorker } from './ask-worker.ts'
import type { PixelSize } from './raster.ts'
import type { ResizeJob } from './resize-file.ts'
import resizeWorkerUrl from './resize-worker.ts?worker&url'

/** How an image gets other proportions: stretched, cropped, or padded with empty space. */
export type SizeFit = 'stretch' | 'crop' | 'pad'

export interface SizePlan {
  /** The part of the image that is used, in its pixels; for `pad` it reaches outside. */
  box: Box
  /** 2: twice as many pixels per side. Above 1.5 no detail is added, and the user is told. */
  enlarged: number
}

export const mostSide = 16_384

/** Which part of an image goes into a target. `undefined` if the sides are not whole numbers of 1–16,384. */
export function planSize(image: PixelSize, target: PixelSize, fit: SizeFit): SizePlan | undefined {
  const sides = [target.width, target.height]
  if (!sides.every((side) => Number.isInteger(side) && side >= 1 && side <= mostSide)) return undefined
  const [across, down] = [target.width / image.width, target.height / image.height]
  if (fit === 'stretch') return { box: [0, 0, image.width, image.height], enlarged: Math.max(across, down) }
  const enlarged = fit === 'crop' ? Math.max(across, down) : Math.min(across, down)
  const [width, height] = [target.width / enlarged, target.height / enlarged]
  return { box: [(image.width - width) / 2, (image.height - height) / 2, width, height], enlarged }
}

/**
 * An image at exactly this size, as PNG with the image's own colour space, in a worker. Rejects as `askWorker` does.
 */
export async function resizeTo(job: ResizeJob, signal: AbortSignal): Promise<Blob> {
  const { file } = await toReadable(job.file, signal)
  return askWorker([resizeWorkerUrl, 'resize'], { ...job, file }, () => undefined, signal)
}
