import { emptyDocument } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import { rasteriseArea } from '#imaging/edit/area.ts'
import { decodeAnswer, decodeSource } from '#imaging/edit/decode.ts'
import { layPlan, planLay } from '#imaging/edit/lay-in.ts'

export interface LayTimes {
  /** Time from decoded pixels to the plan, and for laying it in, in ms. */
  planMs: number
  paintMs: number
  /** One drawImage of the answer over a canvas with the source, read back, in ms. */
  plainMs: number
  verdict: string
}

self.onmessage = async ({ data }: MessageEvent<{ files: [Blob, Blob]; share: number; isAlone: boolean }>) => {
  const [sourceFile, answerFile] = data.files
  const source = await decodeSource(sourceFile)
  const answer = await decodeAnswer(answerFile, source)
  const image = source.pixels
  const side = Math.sqrt(data.share)
  const box = [image.width * 0.2, image.height * 0.2, image.width * side, image.height * side] as const
  const document = {
    ...emptyDocument('bench' as PictureId),
    area: [{ op: 'add' as const, shape: { kind: 'box' as const, box } }],
  }

  const plainMs = data.isAlone ? 0 : await timePlain(sourceFile, answerFile)
  const begin = performance.now()
  const area = rasteriseArea(document.area, image, document.rim)
  const plan = planLay({ source: image, answer, area, rect: [0, 0, image.width, image.height] })
  const planned = performance.now()
  layPlan(image, area, plan, 'area')
  const done = performance.now()
  self.postMessage({
    planMs: planned - begin,
    paintMs: done - planned,
    plainMs,
    verdict: plan.objection ?? plan.fit.verdict,
  })
}

/** What a simple program does: draws the answer over the source, clipped to the area, and reads the pixels. */
async function timePlain(sourceFile: Blob, answerFile: Blob): Promise<number> {
  const [source, answer] = [await createImageBitmap(sourceFile), await createImageBitmap(answerFile)]
  const begin = performance.now()
  const canvas = new OffscreenCanvas(source.width, source.height)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error('no canvas')
  context.drawImage(source, 0, 0)
  context.imageSmoothingQuality = 'high'
  context.drawImage(answer, 0, 0, source.width, source.height)
  context.getImageData(0, 0, source.width, source.height)
  return performance.now() - begin
}
