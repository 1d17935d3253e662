import type { Box } from '#domain/edit.ts'
import { mapPoint } from '#imaging/edit/affine.ts'
import { answers } from '#imaging/edit/constants.ts'
import { readPng } from '#imaging/edit/png-reader.ts'
import { writePng } from '#imaging/edit/png-writer.ts'
import type { Pixels } from '#imaging/edit/raster.ts'
import { type Faults, repaint } from '../../tests/support/answer-faults.ts'
import { type Case, keptFraming, lay, makeCase, mapError } from './protect-cases.ts'
import { load, type Measure, photographAt, row, sum } from './protect-measure.ts'
import { quantile, seededRandom } from './report.ts'

const shares = [0.05, 0.15, 0.4] as const
const keptAnswers = 100

interface Kept {
  count: number
  /** Distance from the truth of each answer that was aligned, in answer pixels. */
  errors: number[]
  /** What was said of each that was not. */
  objections: string[]
  differing: number
  damaged: number
}

/** Answers that keep the framing: position, and bytes outside the rim. */
export const kept: Measure<Kept> = {
  name: 'kept',
  async sample(photographs, index) {
    const random = seededRandom(1000 + index)
    const { source, sent } = await load(photographAt(photographs, index))
    const found: Kept = { count: 0, errors: [], objections: [], differing: 0, damaged: 0 }
    const from = Math.floor((index * keptAnswers) / photographs.length)
    const to = Math.floor(((index + 1) * keptAnswers) / photographs.length)
    for (let seed = from; seed < to; seed += 1) {
      const one = await makeCase(source, sent, {
        faults: keptFraming(random, true),
        share: shares[seed % shares.length] ?? 0.15,
        seed,
      })
      const { plan, image, differing } = lay(one)
      found.count += 1
      found.differing += differing
      if (plan.objection) found.objections.push(plan.objection)
      else found.errors.push(mapError(one, plan.fit.map))
      if (seed === from && !plan.objection) found.damaged += await countDamaged(image)
    }
    return found
  },
  rows(samples) {
    const errors = samples.flatMap((one) => one.errors)
    const count = sum(samples.map((one) => one.count))
    const differing = sum(samples.map((one) => one.differing))
    const damaged = sum(samples.map((one) => one.damaged))
    const p95 = quantile(errors, 0.95)
    const worst = Math.max(...errors)
    const aligned = errors.length / count
    const objections = samples.flatMap((one) => one.objections)
    const refused = objections.length > 0 ? `, refused: ${objections.join(', ')}` : ''
    return [
      row(
        'answers that keep the framing, aligned',
        aligned * 100,
        '%',
        '≥ 95 %',
        aligned >= 0.95,
        `of ${count}${refused}`,
      ),
      row('their distance from the truth, p95', p95, 'px', '≤ 0.25 px', p95 <= 0.25),
      row('the largest that was accepted', worst, 'px', '≤ 0.6 px', worst <= 0.6),
      row('bytes outside the rim that differ', differing, '', '0', differing === 0, `of ${count} images`),
      row('bytes that our own PNG changes', damaged, '', '0', damaged === 0, 'of one image of each photograph'),
    ]
  },
}

async function countDamaged(image: Pixels): Promise<number> {
  const read = await readPng(new Uint8Array(await (await writePng(image)).arrayBuffer()))
  let damaged = 0
  for (let at = 0; at < image.data.length; at += 1) if (read?.pixels.data[at] !== image.data[at]) damaged += 1
  return damaged
}

interface Far {
  /** Distances from the truth of answers that show the area, in answer pixels; absent where one was refused. */
  errors: (number | undefined)[]
  /** Answers in which the area is cut off, and how many of these were laid in. */
  cut: number
  cutAndLaid: number
}

/** Answers that were reframed. Where that cuts off a part of the area, there is nothing to lay in. */
export const far: Measure<Far> = {
  name: 'far',
  async sample(photographs, index) {
    const random = seededRandom(2000 + index)
    const within = (most: number) => (random() * 2 - 1) * most
    const { source, sent } = await load(photographAt(photographs, index))
    const found: Far = { errors: [], cut: 0, cutAndLaid: 0 }
    for (let round = 0; round < 3; round += 1) {
      const zoom = Math.exp(within(0.24))
      const faults: Faults = {
        shift: [within(0.2) * sent.width, within(0.2) * sent.height],
        zoom: [zoom, zoom],
        tint: [4, 0, -4],
      }
      const one = await makeCase(source, sent, { faults, share: 0.05, seed: index * 3 + round })
      const { plan } = lay(one)
      if (shownShare(one) >= answers.leastSeen)
        found.errors.push(plan.objection ? undefined : mapError(one, plan.fit.map))
      else {
        found.cut += 1
        if (!plan.objection) found.cutAndLaid += 1
      }
    }
    return found
  },
  rows(samples) {
    const errors = samples.flatMap((one) => one.errors)
    // Undefined becomes null in a file.
    const accepted = errors.filter((error) => typeof error === 'number')
    const [cut, laid] = [sum(samples.map((one) => one.cut)), sum(samples.map((one) => one.cutAndLaid))]
    const aligned = accepted.length / errors.length
    const note = `of ${errors.length}; the worst ${Math.max(...accepted).toFixed(2)} px off`
    return [
      row(
        'answers moved by up to a fifth, zoomed 0.79–1.27, that show the area: aligned',
        aligned * 100,
        '%',
        '≥ 90 %',
        aligned >= 0.9,
        note,
      ),
      row('such answers without a part of the area: laid in', laid, '', '0', laid === 0 && cut > 0, `of ${cut}`),
    ]
  },
}

/** The share of the area's box that the answer really shows. */
function shownShare({ area, answer, truth }: Case): number {
  const [x0, y0] = mapPoint(truth, area.left, area.top)
  const [x1, y1] = mapPoint(truth, area.left + area.width, area.top + area.height)
  const across = Math.min(x1, answer.width) - Math.max(x0, 0)
  const down = Math.min(y1, answer.height) - Math.max(y0, 0)
  return (Math.max(0, across) * Math.max(0, down)) / ((x1 - x0) * (y1 - y0))
}

/** Answers that cannot be laid in, four for each photograph: another image, mirrored, turned, of nothing. */
export const wrong: Measure<{ accepted: string[]; count: number }> = {
  name: 'wrong',
  async sample(photographs, index) {
    const { source, sent } = await load(photographAt(photographs, index))
    const shown = {
      'another image': await photographAt(photographs, index + 1).sized(sent),
      mirrored: mirror(sent),
      turned: turn(sent),
      blank: { ...sent, data: new Uint8Array(sent.data.length).fill(200) },
    }
    const accepted: string[] = []
    for (const [at, [name, answer]] of Object.entries(shown).entries()) {
      const seed = index * 4 + at
      const faults = keptFraming(seededRandom(seed), false)
      const one = await makeCase(source, answer, { faults, share: 0.15, seed, content: 'same' })
      if (!lay(one).plan.objection) accepted.push(name)
    }
    return { accepted, count: Object.keys(shown).length }
  },
  rows(samples) {
    const accepted = samples.flatMap((one) => one.accepted)
    const count = sum(samples.map((one) => one.count))
    const note = accepted.length > 0 ? `of ${count}: ${accepted.join(', ')}` : `of ${count}`
    return [
      row(
        'answers laid in that are another image, mirrored, turned or blank',
        accepted.length,
        '',
        '0',
        accepted.length === 0 && count >= 30,
        note,
      ),
    ]
  },
}

type Side = 'left' | 'right' | 'top' | 'bottom'

/** Answers of which one half is mirrored, and the other one agrees: four for each photograph. */
export const half: Measure<{ accepted: Side[]; count: number }> = {
  name: 'half',
  async sample(photographs, index) {
    const { source, sent } = await load(photographAt(photographs, index))
    const accepted: Side[] = []
    const sides: readonly Side[] = ['left', 'right', 'top', 'bottom']
    for (const [at, side] of sides.entries()) {
      const seed = 7000 + index * sides.length + at
      const faults = keptFraming(seededRandom(seed), true)
      const share = [0.05, 0.15][at % 2] ?? 0.05
      const one = await makeCase(source, mirrorHalf(sent, side), { faults, share, seed, content: 'same' })
      if (!lay(one).plan.objection) accepted.push(side)
    }
    return { accepted, count: sides.length }
  },
  rows(samples) {
    const accepted = samples.flatMap((one) => one.accepted)
    const count = sum(samples.map((one) => one.count))
    const note = accepted.length > 0 ? `of ${count}: ${accepted.join(', ')}` : `of ${count}`
    const isMet = accepted.length === 0 && count >= 30
    return [row('answers laid in of which one half is mirrored', accepted.length, '', '0', isMet, note)]
  },
}

/** Answers that keep the framing and show something else in 40 % of the image, along each side: four for each photograph. */
export const side: Measure<Pick<Kept, 'errors' | 'objections'>> = {
  name: 'side',
  async sample(photographs, index) {
    const { source, sent } = await load(photographAt(photographs, index))
    const other = await photographAt(photographs, index + 5).sized(sent)
    const found: Pick<Kept, 'errors' | 'objections'> = { errors: [], objections: [] }
    for (const [at, [name, box]] of Object.entries(stripsOf(sent)).entries()) {
      const seed = 9000 + index * 4 + at
      // One of the two: another photograph, or a plate with bars.
      const spill = (answer: Pixels) =>
        (index + at) % 2 === 0 ? copyInto(answer, other, box) : repaint(answer, box, seed)
      const faults = keptFraming(seededRandom(seed), true)
      const share = [0.05, 0.15][at % 2] ?? 0.05
      const one = await makeCase(source, sent, { faults, share, seed, content: 'same', spill })
      const { plan } = lay(one)
      if (plan.objection) found.objections.push(`${index + 1} ${name} (${plan.objection})`)
      else found.errors.push(mapError(one, plan.fit.map))
    }
    return found
  },
  rows(samples) {
    const errors = samples.flatMap((one) => one.errors)
    const objections = samples.flatMap((one) => one.objections)
    const count = errors.length + objections.length
    const aligned = errors.length / count
    const refused = objections.length > 0 ? `, refused: ${objections.join(', ')}` : ''
    const note = `of ${count}; the worst ${Math.max(...errors).toFixed(2)} px off${refused}`
    const what = 'answers with 40 % painted over along one side, aligned'
    return [row(what, aligned * 100, '%', '≥ 95 %', aligned >= 0.95, note)]
  },
}

function stripsOf({ width, height }: Pixels): Record<Side, Box> {
  const [across, down] = [Math.round(0.4 * width), Math.round(0.4 * height)]
  return {
    left: [0, 0, across, height],
    right: [width - across, 0, across, height],
    top: [0, 0, width, down],
    bottom: [0, height - down, width, down],
  }
}

function copyInto(image: Pixels, { data, width }: Pixels, [left, top, across, down]: Box): void {
  for (let y = top; y < top + down; y += 1) {
    const from = (y * width + left) * 4
    image.data.set(data.subarray(from, from + across * 4), from)
  }
}

function mirrorHalf(image: Pixels, side: Side): Pixels {
  const { width, height } = image
  const mirrored = mirror(image)
  const isInside = (x: number, y: number) => {
    if (side === 'left') return x < width / 2
    if (side === 'right') return x >= width / 2
    return side === 'top' ? y < height / 2 : y >= height / 2
  }
  const data = new Uint8Array(image.data)
  for (let at = 0; at < width * height; at += 1) {
    if (!isInside(at % width, Math.floor(at / width))) continue
    data.set(mirrored.data.subarray(at * 4, at * 4 + 4), at * 4)
  }
  return { data, width, height }
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
