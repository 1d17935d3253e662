import { mean } from './protect-measure.ts'
import { costRows, type ImagingPage, megabytesOf, toFile, withImagingPage } from './protect-page.ts'
import type { Photograph } from './protect-photographs.ts'
import { median, pairedRatio, type Row, spread } from './report.ts'

const rounds = 5
const photographs = 5

/** Sizes whose ratio is exact, so that no program has to choose a fraction of a pixel. */
const small = { width: 1200, height: 800 }
const enlarged = { width: 2640, height: 1760 }
const large = { width: 4200, height: 2800 }
const reduced = { width: 1400, height: 934 }

/** Resizing to an exact size, compared with one drawImage of the browser. */
export async function benchSizes(all: readonly Photograph[]): Promise<Row[]> {
  const used = all.slice(0, photographs)
  const files: Record<string, Buffer> = {}
  for (const [at, photograph] of used.entries()) {
    const original = toFile(await photograph.sized(enlarged))
    files[`original-${at}.png`] = await original.clone().png({ compressionLevel: 1 }).toBuffer()
    const copy = original.clone().resize(small.width, small.height, { fit: 'fill', kernel: 'lanczos3' })
    files[`small-${at}.png`] = await copy.png({ compressionLevel: 1 }).toBuffer()
  }
  const [first] = used
  if (!first) throw new Error('There is no photograph to measure on.')
  const photo = toFile(await first.sized(large))
  files['large.png'] = await photo.clone().png({ compressionLevel: 1 }).toBuffer()
  files['reduced.png'] = await photo.resize(reduced.width, reduced.height, { fit: 'fill' }).png().toBuffer()
  return withImagingPage(files, async (open) => [
    ...(await measureEnlarging(open, used.length)),
    ...(await measureReducing(open)),
    ...(await costRows(open, {
      of: 'exact size of 12 megapixels',
      pixelsMb: megabytesOf(large, reduced),
      work: () => open.page.evaluate(([from, to]) => resizing('large.png', from, to), [large, reduced] as const),
    })),
  ])
}

async function measureEnlarging({ page }: ImagingPage, count: number): Promise<Row[]> {
  const [ours, plain]: [number[], number[]] = [[], []]
  for (let at = 0; at < count; at += 1) {
    const name = [`small-${at}.png`, `original-${at}.png`] as const
    const { oursDb, plainDb } = await page.evaluate(([file, original]) => comparing(file, original), name)
    ours.push(oursDb)
    plain.push(plainDb)
  }
  const more = mean(ours) - mean(plain)
  return [
    {
      what: 'enlarged 2.2 times: signal to noise',
      ours: mean(ours),
      yardstick: mean(plain),
      unit: 'dB',
      goal: '≥ 0.5 dB more',
      holds: more >= 0.5,
      note: `${more.toFixed(2)} dB more; ${spread(ours, plain)}`,
    },
  ]
}

async function measureReducing({ page }: ImagingPage): Promise<Row[]> {
  const [ours, plain]: [number[], number[]] = [[], []]
  for (let round = 0; round <= rounds; round += 1) {
    const { oursMs, plainMs } = await page.evaluate(() => comparing('large.png', 'reduced.png'))
    // The first round is a warm-up.
    if (round === 0) continue
    ours.push(oursMs)
    plain.push(plainMs)
  }
  const { oursLevels, plainLevels } = await page.evaluate(() => aliasing())
  const ratio = pairedRatio(ours, plain)
  return [
    {
      what: '12 megapixels reduced 3 times',
      ours: median(ours),
      yardstick: median(plain),
      ratio,
      unit: 'ms',
      // Three lobes read 324 pixels for each of the result; the browser reads a mip level.
      goal: '≤ 15×',
      holds: ratio <= 15,
      note: spread(ours, plain),
    },
    {
      what: 'aliasing left when reduced 2.9 times',
      ours: oursLevels,
      yardstick: plainLevels,
      unit: 'levels',
      goal: '≤ 1×',
      holds: oursLevels <= plainLevels,
    },
  ]
}
