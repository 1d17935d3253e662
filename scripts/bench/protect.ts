import type { Box } from '#domain/edit.ts'
import type { Area } from '#imaging/edit/area.ts'
import { noColourChange } from '#imaging/edit/colour.ts'
import type { LayPlan } from '#imaging/edit/lay-in.ts'
import { correctAnswer, paintArea } from '#imaging/edit/paint.ts'
import { readPng } from '#imaging/edit/png-reader.ts'
import { writePng } from '#imaging/edit/png-writer.ts'
import type { Pixels } from '#imaging/edit/raster.ts'
import { type Faults, repaint } from '../../tests/support/answer-faults.ts'
import { type Case, keptFraming, lay, makeCase, mapError } from './protect-cases.ts'
import { colourInside, edgeStep, psnr } from './protect-figures.ts'
import { answerSize, loadPhotographs, type Photograph } from './protect-photographs.ts'
import { benchLayTime } from './protect-time.ts'
import { quantile, type Row, seededRandom } from './report.ts'

const sourcePixels = 1_500_000
const answerPixels = 1_000_000
const shares = [0.05, 0.15, 0.4] as const

/** Answers with known faults, laid into photographs: every figure next to its goal. */
export async function benchProtect(): Promise<Row[]> {
  const { photographs, kind } = await loadPhotographs()
  console.log(`\n${kind}`)
  const [first] = photographs
  if (!first) throw new Error('There is no photograph to measure on.')
  const rows = [
    ...(await benchLayTime(first)),
    ...(await benchKept(photographs)),
    ...(await benchFar(photographs)),
    ...(await benchWrong(photographs)),
    ...(await benchColour(photographs)),
    ...(await benchOnlyChanged(photographs)),
    ...(await benchLetters(photographs)),
  ]
  return rows
}

async function load(photograph: Photograph): Promise<{ source: Pixels; sent: Pixels }> {
  const source = await photograph.at(sourcePixels)
  return { source, sent: await photograph.sized(answerSize(source, answerPixels)) }
}

/** 100 answers that keep the framing: position, bytes outside, the seam. */
async function benchKept(photographs: readonly Photograph[]): Promise<Row[]> {
  const random = seededRandom(1)
  const errors: number[] = []
  const steps: number[] = []
  let [differing, damaged, count] = [0, 0, 0]
  const rounds = Math.ceil(100 / photographs.length)
  for (const photograph of photographs) {
    const { source, sent } = await load(photograph)
    for (let round = 0; round < rounds && count < 100; round += 1, count += 1) {
      const share = shares[count % 3] ?? 0.15
      const one = await makeCase(source, sent, { faults: keptFraming(random, true), share, seed: count })
      const laid = lay(one)
      differing += laid.differing
      if (laid.plan.objection) continue
      errors.push(mapError(one, laid.plan.fit.map))
      if (count % 10 === 0) damaged += await countDamaged(laid.image)
    }
    const plain = await makeCase(source, sent, {
      faults: keptFraming(random, true),
      share: 0.15,
      seed: 7,
      content: 'same',
    })
    const laid = lay(plain)
    if (!laid.plan.objection) steps.push(edgeStep(plain, laid.image))
  }
  const p95 = quantile(errors, 0.95)
  return [
    row(
      'answers that keep the framing, aligned',
      (errors.length / count) * 100,
      '%',
      '≥ 95 %',
      errors.length / count >= 0.95,
      `of ${count}`,
    ),
    row('their distance from the truth, p95', p95, 'px', '≤ 0.25 px', p95 <= 0.25),
    row('the largest that was accepted', Math.max(...errors), 'px', '≤ 0.6 px', Math.max(...errors) <= 0.6),
    row('bytes outside the rim that differ', differing, '', '0', differing === 0),
    row('pixels that our own PNG changes', damaged, '', '0', damaged === 0),
    row(
      'step across the edge of the area',
      quantile(steps, 0.95),
      'levels',
      '≤ 1',
      quantile(steps, 0.95) <= 1,
      'p95 over photographs',
    ),
  ]
}

async function countDamaged(image: Pixels): Promise<number> {
  const read = await readPng(new Uint8Array(await (await writePng(image)).arrayBuffer()))
  let damaged = 0
  for (let at = 0; at < image.data.length; at += 1) if (read?.pixels.data[at] !== image.data[at]) damaged += 1
  return damaged
}

async function benchFar(photographs: readonly Photograph[]): Promise<Row[]> {
  const random = seededRandom(2)
  const within = (most: number) => (random() * 2 - 1) * most
  let [accepted, count, worst] = [0, 0, 0]
  for (const photograph of photographs) {
    const { source, sent } = await load(photograph)
    for (let round = 0; round < 2; round += 1, count += 1) {
      const zoom = Math.exp(within(0.24))
      const far: Faults = {
        shift: [within(0.2) * sent.width, within(0.2) * sent.height],
        zoom: [zoom, zoom],
        tint: [4, 0, -4],
      }
      const one = await makeCase(source, sent, { faults: far, share: 0.05, seed: count })
      const { plan } = lay(one)
      if (plan.objection) continue
      accepted += 1
      worst = Math.max(worst, mapError(one, plan.fit.map))
    }
  }
  return [
    row(
      'answers moved by up to a fifth, zoomed 0.79–1.27, aligned',
      (accepted / count) * 100,
      '%',
      '≥ 90 %',
      accepted / count >= 0.9,
      `of ${count}; the worst ${worst.toFixed(2)} px off`,
    ),
  ]
}

/** 60 answers that cannot be laid in: another image, mirrored, turned, blank. */
async function benchWrong(photographs: readonly Photograph[]): Promise<Row[]> {
  let [accepted, count] = [0, 0]
  for (const [index, photograph] of photographs.entries()) {
    const { source, sent } = await load(photograph)
    const other = photographs[(index + 1) % photographs.length] ?? photograph
    const wrong = [
      await other.sized(sent),
      mirror(sent),
      turn(sent),
      { ...sent, data: new Uint8Array(sent.data.length).fill(200) },
    ]
    for (const answer of wrong) {
      const faults = keptFraming(seededRandom(count), false)
      const one = await makeCase(source, answer, { faults, share: 0.15, seed: count, content: 'same' })
      if (!lay(one).plan.objection) accepted += 1
      count += 1
    }
  }
  return [
    row(
      'wrong answers that were laid in',
      accepted,
      '',
      '0',
      accepted === 0 && count >= 30,
      `of ${count}: another image, mirrored, turned, blank`,
    ),
  ]
}

function mirror({ data, width, height }: Pixels): Pixels {
  const mirrored = { data: new Uint8Array(data.length), width, height }
  for (let at = 0; at < width * height; at += 1) {
    const from = (Math.floor(at / width) * width + width - 1 - (at % width)) * 4
    mirrored.data.set(data.subarray(from, from + 4), at * 4)
  }
  return mirrored
}

function turn({ data, width, height }: Pixels): Pixels {
  const turned = { data: new Uint8Array(data.length), width, height }
  for (let at = 0; at < width * height; at += 1)
    turned.data.set(data.subarray(at * 4, at * 4 + 4), (width * height - 1 - at) * 4)
  return turned
}

/** For answers whose content did not change: how far the colours are from the source's, inside the area. */
async function benchColour(photographs: readonly Photograph[]): Promise<Row[]> {
  const random = seededRandom(4)
  const [before, after, worst]: [number[], number[], number[]] = [[], [], []]
  for (const [index, photograph] of photographs.entries()) {
    const { source, sent } = await load(photograph)
    const even: Faults = { ...keptFraming(random, false), shift: [3, -2] }
    const one = await makeCase(source, sent, { faults: even, share: 0.15, seed: index, content: 'same' })
    const { plan, image } = lay(one)
    if (plan.objection) continue
    before.push(colourInside(one, layUncorrected(one, plan)).mean)
    const figures = colourInside(one, image)
    after.push(figures.mean)
    worst.push(figures.worst)
  }
  const ratio = mean(after) / mean(before)
  return [
    row(
      'colour inside the area, even tint: what is left of it',
      ratio * 100,
      '%',
      '≤ 35 %',
      ratio <= 0.35,
      `${mean(after).toFixed(2)} of ${mean(before).toFixed(2)} levels`,
    ),
    row(
      'its worst block of 16 px',
      quantile(worst, 0.95),
      'levels',
      '≤ 3',
      quantile(worst, 0.95) <= 3,
      'p95 over photographs',
    ),
  ]
}

/** At the same position, in the answer's own colours. */
function layUncorrected({ source, answer, area }: Case, { fit, paint }: LayPlan): Pixels {
  const image = { ...source, data: source.data.slice() }
  paintArea(image, { answer: correctAnswer(answer, noColourChange), map: fit.map, area, toGrid: paint.toGrid })
  return image
}

async function benchOnlyChanged(photographs: readonly Photograph[]): Promise<Row[]> {
  const random = seededRandom(5)
  const kept: number[] = []
  for (const [index, photograph] of photographs.entries()) {
    const { source, sent } = await load(photograph)
    const plain = await makeCase(source, sent, { faults: {}, share: 0.15, seed: index, content: 'same' })
    const plate = inTheMiddle(plain.area)
    const scale = sent.width / source.width
    const spill = (answer: Pixels) =>
      repaint(answer, [plate[0] * scale, plate[1] * scale, plate[2] * scale, plate[3] * scale], index)
    const one = await makeCase(source, sent, {
      faults: keptFraming(random, true),
      share: 0.15,
      seed: index,
      content: 'same',
      spill,
    })
    const { plan, image } = lay(one, 'changed')
    if (!plan.objection) kept.push(psnr(source, image, isUnchanged(one, plate)))
  }
  return [
    row(
      'only what changed: unchanged pixels of the area',
      quantile(kept, 0.1),
      'dB',
      '≥ 45 dB',
      quantile(kept, 0.1) >= 45,
      'p10 over photographs',
    ),
  ]
}

/** A rectangle of a third of the area's side in its middle, in pixels of the source. */
function inTheMiddle({ left, top, width, height }: Area): Box {
  return [left + width / 3, top + height / 3, width / 3, height / 3]
}

/** Painted, and farther from the rectangle than the growth of the change map. */
function isUnchanged({ area, source }: Case, [x, y, width, height]: Box): (pixel: number) => boolean {
  const margin = 24
  return (pixel) => {
    const [column, row] = [pixel % source.width, Math.floor(pixel / source.width)]
    const [inX, inY] = [column - area.left, row - area.top]
    if (inX < 0 || inY < 0 || inX >= area.width || inY >= area.height || area.alpha[inY * area.width + inX] !== 255)
      return false
    return column < x - margin || row < y - margin || column > x + width + margin || row > y + height + margin
  }
}

/** Lettering outside the area that differs by 45 levels, of 16, 32 and 64 px. */
async function benchLetters(photographs: readonly Photograph[]): Promise<Row[]> {
  const random = seededRandom(6)
  let [found, letters, falsely, worst] = [0, 0, 0, 0]
  for (const [index, photograph] of photographs.entries()) {
    const { source, sent } = await load(photograph)
    const plain = await makeCase(source, sent, { faults: {}, share: 0.05, seed: index })
    for (const size of [16, 32, 64]) {
      const at = letterPlace(plain, sent, size)
      const spill = (answer: Pixels) => writeLetter(answer, at, size)
      const one = await makeCase(source, sent, { faults: keptFraming(random, true), share: 0.05, seed: index, spill })
      const { plan } = lay(one)
      if (plan.objection) continue
      letters += 1
      const scale = source.width / sent.width
      const [x, y] = [(at[0] + size / 2) * scale, (at[1] + size / 2) * scale]
      const holds = plan.places.some(
        ({ box }) =>
          x >= box[0] - size && x <= box[0] + box[2] + size && y >= box[1] - size && y <= box[1] + box[3] + size,
      )
      if (holds) found += 1
      const wrong = plan.places.filter(
        ({ box }) =>
          Math.abs(box[0] + box[2] / 2 - x) > size * 2 * scale || Math.abs(box[1] + box[3] / 2 - y) > size * 2 * scale,
      )
      const share = wrong.reduce((sum, place) => sum + place.share, 0)
      falsely += share
      worst = Math.max(worst, share)
    }
  }
  return [
    row(
      'altered letters of 16–64 px that the change map found',
      (found / letters) * 100,
      '%',
      '100 %',
      found === letters && letters > 0,
      `of ${letters}`,
    ),
    row(
      'area that it marked falsely',
      (falsely / letters) * 100,
      '%',
      '≤ 0.05 %',
      falsely / letters <= 0.0005,
      `the worst image ${(worst * 100).toFixed(3)} %`,
    ),
  ]
}

/** A corner of the image away from the area. */
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

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function row(what: string, ours: number, unit: string, goal: string, holds: boolean, note = ''): Row {
  return { what, ours, unit, goal, holds: holds && Number.isFinite(ours), note }
}
