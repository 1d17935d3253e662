import type { CDPSession, Page } from 'playwright'
import sharp from 'sharp'
import { longestTaskMs, openBrowser, openFreshPage } from './browser.ts'
import { startBuiltServer } from './processes.ts'
import type { Photograph } from './protect-photographs.ts'
import { median, type Row, spread } from './report.ts'

const rounds = 3
/** Points of a stroke, and ms between two of them: about four seconds. */
const points = 240
const pauseMs = 16

/** A brush stroke over most of a photo of 12 megapixels, in the built product: the page's own thread meanwhile. */
export async function benchStrokes(photograph: Photograph): Promise<Row[]> {
  const { data, width, height } = await photograph.at(12_000_000)
  const photo = await sharp(data, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .jpeg()
    .toBuffer()
  const server = await startBuiltServer()
  const browser = await openBrowser()
  const [longest, dropped, idle]: [number[], number[], number[]] = [[], [], []]
  try {
    const page = await openFreshPage(browser)
    await page.goto(server.origin)
    const box = await openBrush(page, photo)
    const session = await page.context().newCDPSession(page)
    for (let round = 0; round < rounds; round += 1) {
      idle.push((await stroke(page, session, box, false)).dropped)
      const drawn = await stroke(page, session, box, true)
      longest.push(drawn.longestMs)
      dropped.push(drawn.dropped)
    }
  } finally {
    await browser.close()
    await server.stop()
  }
  const [task, more] = [Math.max(...longest), median(dropped) - median(idle)]
  return [
    {
      what: 'longest task of the page during a brush stroke on 12 megapixels',
      ours: task,
      unit: 'ms',
      goal: '≤ 16 ms',
      holds: task <= 16,
      note: `processor time, the longest of ${rounds} strokes of ${points} points`,
    },
    {
      what: 'frames of 100 that the stroke drops',
      ours: Math.max(0, more),
      unit: '',
      goal: '≤ 1',
      holds: more <= 1,
      note: `${spread(dropped, idle)} when the pointer moves without drawing`,
    },
  ]
}

interface BoundingBox {
  x: number
  y: number
  width: number
  height: number
}

/** Where the photo is on the stage, with the brush in hand. */
async function openBrush(page: Page, photo: Buffer): Promise<BoundingBox> {
  const stage = page.getByRole('region', { name: 'Stage' })
  const files = page.getByRole('region', { name: 'Create' }).getByLabel('Add images')
  await files.setInputFiles({ name: 'photo.jpg', mimeType: 'image/jpeg', buffer: photo })
  const image = stage.getByRole('img', { name: /^photo/ }).last()
  await image.waitFor()
  await stage.getByRole('toolbar', { name: 'Tools' }).getByRole('button', { name: 'Select area' }).click()
  await stage
    .getByRole('radiogroup', { name: 'Area tool' })
    .getByRole('radio', { name: 'Brush' })
    .check({ force: true })
  const box = await image.boundingBox()
  if (!box) throw new Error('The image is not on the stage.')
  return box
}

/** Moves the pointer in a wave over the image, and counts the frames that came later than one and a half of their time. */
async function stroke(
  page: Page,
  session: CDPSession,
  { x, y, width, height }: BoundingBox,
  isDrawn: boolean,
): Promise<{ longestMs: number; dropped: number }> {
  const at = (point: number): [number, number] => {
    const share = point / points
    return [x + width * (0.1 + 0.8 * share), y + height * (0.5 + 0.35 * Math.sin(share * 18))]
  }
  let dropped = 0
  await page.mouse.move(...at(0))
  if (isDrawn) await page.mouse.down()
  const longestMs = await longestTaskMs(session, async () => {
    const counting = page.evaluate(countDropped, points * pauseMs)
    for (let point = 1; point <= points; point += 1) {
      await page.mouse.move(...at(point))
      await page.waitForTimeout(pauseMs / 2)
    }
    dropped = await counting
  })
  if (isDrawn) await page.mouse.up()
  return { longestMs, dropped }
}

/** Of 100 frames at 60 a second. Runs in the page. */
async function countDropped(forMs: number): Promise<number> {
  performance.mark('begin')
  const begin = performance.now()
  let [frames, missed, last] = [0, 0, begin]
  while (last - begin < forMs) {
    const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve))
    const late = Math.round((now - last) / (1000 / 60)) - 1
    missed += Math.max(0, late)
    frames += 1 + Math.max(0, late)
    last = now
  }
  performance.mark('end')
  return (missed / frames) * 100
}
