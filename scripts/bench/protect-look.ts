import type { Box } from '#domain/edit.ts'
import type { Area } from '#imaging/edit/area.ts'
import type { LayPlan } from '#imaging/edit/lay-in.ts'
import { paintArea } from '#imaging/edit/paint.ts'
import type { Pixels } from '#imaging/edit/raster.ts'
import { type Faults, repaint } from '../../tests/support/answer-faults.ts'
import { type Case, keptFraming, lay, makeCase } from './protect-cases.ts'
import { colourInside, edgeLine, edgeStep, psnr } from './protect-figures.ts'
import { load, type Measure, mean, photographAt, row, sum } from './protect-measure.ts'
import { quantile, seededRandom } from './report.ts'

interface Seam {
  step: number
  line: number
}

/** The edge of the area, of answers whose content did not change: what is seen there is the seam. */
export const seam: Measure<Seam[]> = {
  name: 'seam',
  async sample(photographs, index) {
    const random = seededRandom(3000 + index)
    const { source, sent } = await load(photographAt(photographs, index))
    const seams: Seam[] = []
    for (const share of [0.05, 0.15, 0.4]) {
      const faults = keptFraming(random, true)
      const one = await makeCase(source, sent, { faults, share, seed: index, content: 'same' })
      const { plan, image } = lay(one)
      if (!plan.objection) seams.push({ step: edgeStep(one, image), line: edgeLine(one, image) })
    }
    return seams
  },
  rows(samples) {
    const seams = samples.flat()
    const steps = seams.map((one) => one.step)
    const line = quantile(
      seams.map((one) => one.line),
      0.95,
    )
    const note = `mean of ${steps.length}; p95 ${quantile(steps, 0.95).toFixed(2)}, largest ${Math.max(...steps).toFixed(2)}`
    return [
      // The goal is a mean; single photographs with strong edges are told in the note.
      row('step across the edge of the area', mean(steps), 'levels', '≤ 1', mean(steps) <= 1, note),
      row('line along the edge of the area', line, 'levels', '≤ 0.3', line <= 0.3, `p95 of ${seams.length}`),
    ]
  },
}

/** Of an answer whose content did not change: how far its colours are from the source's, inside the area. */
export const colour: Measure<{ before: number; after: number; worst: number }[]> = {
  name: 'colour',
  async sample(photographs, index) {
    const { source, sent } = await load(photographAt(photographs, index))
    const faults: Faults = { ...keptFraming(seededRandom(4000 + index), false), shift: [3, -2] }
    const one = await makeCase(source, sent, { faults, share: 0.15, seed: index, content: 'same' })
    const { plan, image } = lay(one)
    if (plan.objection) return []
    const after = colourInside(one, image)
    return [{ before: colourInside(one, layUncorrected(one, plan)).mean, after: after.mean, worst: after.worst }]
  },
  rows(samples) {
    const figures = samples.flat()
    const [before, after] = [mean(figures.map((one) => one.before)), mean(figures.map((one) => one.after))]
    const worst = quantile(
      figures.map((one) => one.worst),
      0.95,
    )
    const left = after / before
    const note = `${after.toFixed(2)} of ${before.toFixed(2)} levels`
    return [
      row('colour inside the area, even tint: what is left of it', left * 100, '%', '≤ 35 %', left <= 0.35, note),
      row('its worst block of 16 px', worst, 'levels', '≤ 3', worst <= 3, `p95 of ${figures.length}`),
    ]
  },
}

/** In its place, and in the answer's own colours. */
function layUncorrected({ source, answer, area }: Case, { fit, paint }: LayPlan): Pixels {
  const image = { ...source, data: source.data.slice() }
  paintArea(image, { answer, map: fit.map, area, toGrid: paint.toGrid })
  return image
}

/** Signal to noise of the unchanged pixels of the area, shown by its changes alone. */
export const onlyChanged: Measure<number[]> = {
  name: 'changed',
  async sample(photographs, index) {
    const { source, sent } = await load(photographAt(photographs, index))
    const plain = await makeCase(source, sent, { faults: {}, share: 0.15, seed: index, content: 'same' })
    const plate = inTheMiddle(plain.area)
    const scale = sent.width / source.width
    const [x, y, width, height] = plate
    const spill = (answer: Pixels) => repaint(answer, [x * scale, y * scale, width * scale, height * scale], index)
    const faults = keptFraming(seededRandom(5000 + index), true)
    const one = await makeCase(source, sent, { faults, share: 0.15, seed: index, content: 'same', spill })
    const { plan, image } = lay(one, 'changed')
    return plan.objection ? [] : [psnr(source, image, isUnchanged(one, plate))]
  },
  rows(samples) {
    const kept = quantile(samples.flat(), 0.1)
    return [row('only what changed: unchanged pixels of the area', kept, 'dB', '≥ 45 dB', kept >= 45, 'p10')]
  },
}

/** A plate of a third of the area's side in its middle, in pixels of the source. */
function inTheMiddle({ left, top, width, height }: Area): Box {
  return [left + width / 3, top + height / 3, width / 3, height / 3]
}

/** Painted, and farther than the growth of the change map from the plate. */
function isUnchanged({ area, source }: Case, [x, y, width, height]: Box): (pixel: number) => boolean {
  const margin = 24
  return (pixel) => {
    const [column, line] = [pixel % source.width, Math.floor(pixel / source.width)]
    const [inX, inY] = [column - area.left, line - area.top]
    if (inX < 0 || inY < 0 || inX >= area.width || inY >= area.height || area.alpha[inY * area.width + inX] !== 255)
      return false
    return column < x - margin || line < y - margin || column > x + width + margin || line > y + height + margin
  }
}

interface Letter {
  found: boolean
  /** Share of the image that was marked elsewhere. */
  falsely: number
}

/** Lettering outside the area that differs by 45 levels, of 16, 32 and 64 px. */
export const letters: Measure<Letter[]> = {
  name: 'letters',
  async sample(photographs, index) {
    const random = seededRandom(6000 + index)
    const { source, sent } = await load(photographAt(photographs, index))
    const plain = await makeCase(source, sent, { faults: {}, share: 0.05, seed: index })
    const results: Letter[] = []
    for (const size of [16, 32, 64]) {
      const at = letterPlace(plain, sent, size)
      const spill = (answer: Pixels) => writeLetter(answer, at, size)
      const one = await makeCase(source, sent, { faults: keptFraming(random, true), share: 0.05, seed: index, spill })
      const { plan } = lay(one)
      if (!plan.objection) results.push(judgeLetter(plan, at, size, source.width / sent.width))
    }
    return results
  },
  rows(samples) {
    const all = samples.flat()
    const found = all.filter((one) => one.found).length
    const shares = all.map((one) => one.falsely * 100)
    const note = `the worst image ${Math.max(...shares).toFixed(3)} %`
    const isFound = found === all.length && all.length > 0
    return [
      row(
        'altered letters of 16–64 px that the change map found',
        (found / all.length) * 100,
        '%',
        '100 %',
        isFound,
        `of ${all.length}`,
      ),
      row('area that it marked falsely', mean(shares), '%', '≤ 0.05 %', mean(shares) <= 0.05, note),
    ]
  },
}

function judgeLetter({ places }: LayPlan, at: readonly [number, number], size: number, scale: number): Letter {
  const [x, y] = [(at[0] + size / 2) * scale, (at[1] + size / 2) * scale]
  const found = places.some(
    ({ box: [left, top, width, height] }) =>
      x >= left - size && x <= left + width + size && y >= top - size && y <= top + height + size,
  )
  const elsewhere = places.filter(
    ({ box: [left, top, width, height] }) =>
      Math.abs(left + width / 2 - x) > size * 2 * scale || Math.abs(top + height / 2 - y) > size * 2 * scale,
  )
  return { found, falsely: sum(elsewhere.map((place) => place.share)) }
}

/** A corner of the image that the area keeps away from. */
function letterPlace({ area, source }: Case, sent: Pixels, size: number): [number, number] {
  const middle = [area.left + area.width / 2 < source.width / 2, area.top + area.height / 2 < source.height / 2]
  return [
    Math.round(sent.width * (middle[0] ? 0.75 : 0.2)),
    Math.round(sent.height * (middle[1] ? 0.75 : 0.2)) - (size >> 1),
  ]
}

/** The strokes of an H, 45 levels away from what is there. */
function writeLetter(answer: Pixels, [left, top]: readonly [number, number], size: number): void {
  const stroke = Math.max(3, Math.round(size / 5))
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const bar = x < stroke || x >= size - stroke || Math.abs(y - size / 2) < stroke / 2
      if (!bar) continue
      const at = ((top + y) * answer.width + left + x) * 4
      for (let channel = 0; channel < 3; channel += 1) {
        const level = answer.data[at + channel] ?? 0
        answer.data[at + channel] = level > 128 ? level - 45 : level + 45
      }
    }
  }
}
