import type { Edit } from '#domain/edit.ts'
import { decodeAnswer, decodeSource } from '#imaging/edit/decode.ts'
import { layPlan, planLay } from '#imaging/edit/lay-in.ts'
import { type Prepared, prepareLay } from '#imaging/edit/lay-in-file.ts'

export interface LayTimes {
  /** Time from decoded pixels to the plan, and for laying it in, in ms. */
  planMs: number
  paintMs: number
  /** One drawImage of the answer over a canvas with the source, read back, in ms. */
  plainMs: number
  verdict: string
}

export interface LayOrder {
  files: readonly [source: Blob, answer: Blob]
  edit: Edit
  /** Without the plain program next to it. */
  isAlone: boolean
}

self.onmessage = async ({ data: { files, edit, isAlone } }: MessageEvent<LayOrder>) => {
  const source = await decodeSource(files[0])
  const answer = await decodeAnswer(files[1], source)
  const begin = performance.now()
  const prepared = prepareLay(source.pixels, { edit })
  const plan = planLay({ ...prepared, source: prepared.image, answer })
  const planned = performance.now()
  layPlan(prepared.image, prepared.area, plan, 'area')
  const done = performance.now()
  const times: LayTimes = {
    planMs: planned - begin,
    paintMs: done - planned,
    plainMs: isAlone ? 0 : await timePlain(files, prepared),
    verdict: plan.objection ?? plan.fit.verdict,
  }
  self.postMessage(times)
}

/** What a simple program does: draws source and answer on a canvas of the result's size, and reads the pixels. */
async function timePlain(files: LayOrder['files'], { image, rect, offset }: Prepared): Promise<number> {
  const [source, answer] = await Promise.all(files.map((file) => createImageBitmap(file)))
  if (!source || !answer) throw new Error('no bitmap')
  const begin = performance.now()
  const canvas = new OffscreenCanvas(image.width, image.height)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error('no canvas')
  context.drawImage(source, ...offset)
  context.imageSmoothingQuality = 'high'
  context.drawImage(answer, ...rect)
  context.getImageData(0, 0, image.width, image.height)
  return performance.now() - begin
}
