import { type Deviations, readDeviations } from '#simulator/painter/deviations.ts'
import type { Painter, PictureFormat } from '#simulator/painter/painter.ts'
import { tokensIn, withoutTokens } from './faults.ts'
import { type Frame, sizeIn } from './sizes.ts'

export interface PaintJob {
  /** With the tokens that control the simulator; they are not painted. */
  prompt: string
  format: PictureFormat
  frame: Frame
  sources: readonly Uint8Array[]
  /** From `nextVariation`. */
  variation: number
}

export interface PaintQueue {
  /** How often this prompt was used before. */
  nextVariation(prompt: string): number
  /** Rejects if a source cannot be read. */
  paint(job: PaintJob): Promise<Uint8Array>
}

const paintedAtOnce = 2

/** Paints what the models are asked for, two at a time. `deviations`: how answers to edits differ from inputs now. */
export function createPaintQueue(painter: Painter, deviations: () => Deviations): PaintQueue {
  const queue = createQueue(paintedAtOnce)
  const asked = new Map<string, number>()

  return {
    nextVariation(prompt) {
      const words = withoutTokens(prompt)
      const variation = asked.get(words) ?? 0
      asked.set(words, variation + 1)
      return variation
    },
    paint({ prompt, format, frame, sources, variation }) {
      const wish = {
        prompt: withoutTokens(prompt),
        format,
        variation,
        deviations: readDeviations(tokensIn(prompt), deviations()),
      }
      return queue(() =>
        sources.length > 0 || 'pixels' in frame
          ? painter.edit(wish, sources, (first) => sizeIn(frame, first))
          : painter.create(wish, frame),
      )
    },
  }
}

/** Runs at most `limit` jobs at a time, first come, first served. */
function createQueue(limit: number): <Value>(work: () => Promise<Value>) => Promise<Value> {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running >= limit) await new Promise<void>((resolve) => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
