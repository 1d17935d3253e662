import type { AreaStep, Box, Edit } from '#domain/edit.ts'
import { emptyDocument, plainFrame } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import { padWithEdges } from '#imaging/edit/frame.ts'
import { planPart } from '#imaging/edit/part.ts'
import type { Pixels } from '#imaging/edit/raster.ts'
import { keptFraming, makeCase } from './protect-cases.ts'
import { costRows, type ImagingPage, megabytesOf, toFile, withImagingPage } from './protect-page.ts'
import { answerSize, type Photograph } from './protect-photographs.ts'
import { median, pairedRatio, type Row, seededRandom, spread } from './report.ts'

const rounds = 5
const answerPixels = 1_000_000
/** Share of the image that is laid in, or sent. */
const share = 0.15

/** An edit of a photograph of 12 megapixels, and an answer to it with the faults of a model. */
interface Way {
  of: string
  edit: Edit
  answer: Pixels
  /** The decoded images. */
  pixelsMb: number
  /** The most that the chain may take, as a multiple of the plain program. */
  most: number
}

const waysOf = { time: wholeWay, part: partWay, extend: extendWay } as const

/** Groups of rows: the whole image sent, a part of it, an extension. */
export const layTimeGroups = Object.keys(waysOf)

/**
 * The chain in a worker of a real browser on a source of 12 megapixels, compared with one drawImage in the same worker.
 */
export async function benchLayTime(photograph: Photograph, isAsked: (group: string) => boolean): Promise<Row[]> {
  const source = await photograph.at(12_000_000)
  const ways: Way[] = []
  for (const [group, make] of Object.entries(waysOf)) if (isAsked(group)) ways.push(await make(source, photograph))
  if (ways.length === 0) return []
  const files: Record<string, Buffer> = { 'source.jpg': await toFile(source).jpeg({ quality: 95 }).toBuffer() }
  for (const [at, { answer }] of ways.entries())
    files[`answer-${at}.png`] = await toFile(answer).png({ compressionLevel: 1 }).toBuffer()
  return withImagingPage(files, async (open) => {
    const rows: Row[] = []
    for (const [at, way] of ways.entries()) rows.push(...(await measureWay(open, way, `answer-${at}.png`)))
    return rows
  })
}

async function measureWay(open: ImagingPage, { of, edit, pixelsMb, most }: Way, answer: string): Promise<Row[]> {
  const lay = (isAlone: boolean) =>
    open.page.evaluate((order) => laying(order), { source: 'source.jpg', answer, edit, isAlone })
  const [chain, paint, plain]: [number[], number[], number[]] = [[], [], []]
  for (let round = 0; round <= rounds; round += 1) {
    const times = await lay(false)
    if (times.verdict !== 'aligned') throw new Error(`The answer, ${of}, was not laid in: ${times.verdict}.`)
    // The first round is a warm-up.
    if (round === 0) continue
    chain.push(times.planMs + times.paintMs)
    paint.push(times.paintMs)
    plain.push(times.plainMs)
  }
  return [
    timeRow(`chain on 12 megapixels, ${of}`, chain, plain, most),
    timeRow(`laying in alone, ${of}`, paint, plain, 1),
    ...(await costRows(open, { of, pixelsMb, work: () => lay(true) })),
  ]
}

function timeRow(what: string, ours: readonly number[], plain: readonly number[], most: number): Row {
  const ratio = pairedRatio(ours, plain)
  return {
    what,
    ours: median(ours),
    yardstick: median(plain),
    ratio,
    unit: 'ms',
    goal: `≤ ${most}×`,
    holds: ratio <= most,
    note: spread(ours, plain),
  }
}

async function wholeWay(source: Pixels, photograph: Photograph): Promise<Way> {
  const sent = await photograph.sized(answerSize(source, answerPixels))
  const { answer } = await makeCase(source, sent, { faults: keptFraming(seededRandom(3), true), share: 0.05, seed: 3 })
  const { width, height } = source
  const side = Math.sqrt(share)
  const area = boxArea([width * 0.2, height * 0.2, width * side, height * side])
  const edit = editOf({ area, way: 'whole', rect: [0, 0, width, height], sent: answer })
  return { of: 'whole image, 15 % of it area', edit, answer, pixelsMb: megabytesOf(source, answer), most: 10 }
}

/** A crop of 15 % of the image, around an area of a quarter of the crop. */
async function partWay(source: Pixels): Promise<Way> {
  const { width, height } = source
  const side = Math.sqrt(share / 4)
  const box: Box = [width * 0.3, height * 0.6, width * side, height * side]
  const plan = planPart(box, source)
  if (!plan) throw new Error('There is no part to be sent.')
  const [left, top, across, down] = plan.rect
  const crop = { left, top, width: across, height: down }
  const cut = toFile(source).extract(crop)
  const sent = await toPixels(cut.clone().resize(plan.answer.width, plan.answer.height, { fit: 'fill' }))
  const options = { faults: keptFraming(seededRandom(4), true), share: 0.2, seed: 4 }
  const { answer } = await makeCase(await toPixels(cut), sent, options)
  const edit = editOf({ area: boxArea(box), way: 'part', rect: plan.rect, sent: crop })
  // The plain program draws less; the answer that has to be aligned is as large as that to the whole image.
  return { of: 'a part of 15 % sent', edit, answer, pixelsMb: megabytesOf(source, answer), most: 20 }
}

/** New space of 15 % of the extended image, at its right side. */
async function extendWay(source: Pixels): Promise<Way> {
  const { width, height } = source
  const right = Math.round((width * share) / (1 - share))
  const size = { width: width + right, height }
  const { width: across, height: down } = answerSize(size, answerPixels)
  const wide = toFile(padWithEdges(source, 0, 0, size)).resize(across, down, { fit: 'fill' })
  const sent = await toPixels(wide)
  const options = { faults: keptFraming(seededRandom(5), true), share: 0.05, seed: 5, content: 'same' } as const
  const { answer } = await makeCase(sent, sent, options)
  const edit = editOf({
    area: [],
    way: 'extend',
    rect: [0, 0, size.width, height],
    sent: size,
    pad: { top: 0, right, bottom: 0, left: 0 },
  })
  return { of: 'extended by 15 %', edit, answer, pixelsMb: megabytesOf(source, size, answer), most: 10 }
}

type Given = Pick<Edit, 'way' | 'rect'> & {
  area: AreaStep[]
  sent: { width: number; height: number }
  pad?: { top: number; right: number; bottom: number; left: number }
}

function editOf({ area, way, rect, sent: { width, height }, pad }: Given): Edit {
  const document = {
    ...emptyDocument('bench' as PictureId),
    area,
    frame: pad ? { ...plainFrame, pad } : plainFrame,
  }
  return { document, way, rect, sent: { width, height }, marks: 'none' }
}

function boxArea(box: Box): AreaStep[] {
  return [{ op: 'add', shape: { kind: 'box', box } }]
}

async function toPixels(image: ReturnType<typeof toFile>): Promise<Pixels> {
  const { data, info } = await image.ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return { data: new Uint8Array(data), width: info.width, height: info.height }
}
