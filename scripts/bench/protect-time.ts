import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { build } from 'vite'
import type { Pixels } from '#imaging/edit/raster.ts'
import { readConfig } from '#server/config.ts'
import { startServer } from '#server/start.ts'
import { openBrowser, openFreshPage } from './browser.ts'
import { keptFraming, makeCase } from './protect-cases.ts'
import { answerSize, type Photograph } from './protect-photographs.ts'
import { median, pairedRatio, type Row, seededRandom, spread } from './report.ts'

const rounds = 5
const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = `${root}node_modules/.cache/bench/lay`

/**
 * The chain in a worker of a real browser on a source of 12 megapixels, compared with one drawImage in the same worker.
 */
export async function benchLayTime(photograph: Photograph): Promise<Row[]> {
  await build({
    root: `${root}scripts/bench/lay-page`,
    configFile: false,
    logLevel: 'warn',
    worker: { format: 'es' },
    build: { outDir: folder, emptyOutDir: true, target: 'es2023', modulePreload: { polyfill: false } },
  })
  const source = await photograph.at(12_000_000)
  const sent = await photograph.sized(answerSize(source, 1_000_000))
  const one = await makeCase(source, sent, { faults: keptFraming(seededRandom(3), true), share: 0.05, seed: 3 })
  await writeFile(`${folder}/source.jpg`, await toFile(source).jpeg({ quality: 95 }).toBuffer())
  await writeFile(`${folder}/answer.png`, await toFile(one.answer).png({ compressionLevel: 1 }).toBuffer())
  const server = await startServer(readConfig({ PORT: '0' }), { pageFolder: folder })
  const browser = await openBrowser()
  const [chain, paint, plain]: [number[], number[], number[]] = [[], [], []]
  try {
    const page = await openFreshPage(browser)
    await page.goto(server.origin)
    await page.waitForFunction(() => 'laying' in globalThis)
    for (let round = 0; round <= rounds; round += 1) {
      const times = await page.evaluate(() => laying('source.jpg', 'answer.png', 0.15))
      // The first round is a warm-up; an answer that was refused measures nothing.
      if (round === 0 || times.verdict !== 'aligned') continue
      chain.push(times.planMs + times.paintMs)
      paint.push(times.paintMs)
      plain.push(times.plainMs)
    }
  } finally {
    await browser.close()
    await server.close()
  }
  const [whole, part] = [pairedRatio(chain, plain), pairedRatio(paint, plain)]
  return [
    {
      what: 'chain on 12 megapixels',
      ours: median(chain),
      yardstick: median(plain),
      ratio: whole,
      unit: 'ms',
      goal: '≤ 10×',
      holds: whole <= 10,
      note: spread(chain, plain),
    },
    {
      what: 'laying in 15 % of it',
      ours: median(paint),
      yardstick: median(plain),
      ratio: part,
      unit: 'ms',
      goal: '≤ 1×',
      holds: part <= 1,
      note: spread(paint, plain),
    },
  ]
}

function toFile({ data, width, height }: Pixels) {
  return sharp(data, { raw: { width, height, channels: 4 } }).removeAlpha()
}
