import { compareLaidPixels } from '../support/laid-pixels.ts'
import { cameraPhoto } from '../support/photo.ts'
import { at, attributeOf, countOf, fieldOf, savedOf, textOf } from './atelier.ts'
import type { Door, Download, PointerType, Query, Share } from './door.ts'
import { expect, test } from './fixtures.ts'
import type { SentQuery } from './in-page.ts'
import { toSent } from './queries.ts'

test('J1 a first visit without a key: the demo, an image, and the samples removed again', async ({
  door,
  simulated,
}) => {
  await door.open(simulated.front.url)
  await door.focus(at.prompt)
  await expect.poll(() => countOf(door, { role: 'status' })).toBeGreaterThan(0)
  await expect.poll(() => textOf(door, { role: 'banner' })).toContain('Simulated')
  await door.click({ role: 'button', name: 'Try the demo', within: at.gallery })
  await expect.poll(() => countOf(door, at.cells)).toBe(7)

  await door.focus(at.prompt)
  await door.type('A lighthouse in heavy fog')
  await expect.poll(() => countOf(door, { ...at.submit, name: /^Generate.*5 credits/ })).toBe(1)
  await door.click(at.submit)
  await expect.poll(() => savedOf(door, 'A lighthouse in heavy fog')).toBe(1)
  await door.click({ role: 'button', name: 'Remove samples', within: at.gallery })
  await expect.poll(() => countOf(door, at.cells)).toBe(1)
  await expect.poll(() => fieldOf(door, at.prompt)).toBe('A lighthouse in heavy fog')
})

test('J2 a prompt becomes an image that is downloaded, and is there after a reload', async ({ door, live }) => {
  await door.open(live.front.url)
  await door.click(at.choice('Aspect ratio', '16:9'))
  await door.click(at.choice('Model', 'Max'))
  await door.click(at.choice('Format', 'PNG'))
  await door.focus(at.tolerance)
  for (let n = Number(await fieldOf(door, at.tolerance)); n < 4; n += 1) await door.press('ArrowRight')
  await door.focus(at.prompt)
  await door.type('A fox made of folded paper')
  await door.press('Control+Enter')
  await expect.poll(() => savedOf(door, 'A fox made of folded paper')).toBe(1)
  const { submissions } = await live.service.simulator.state()
  expect(submissions.map(({ body }) => body)).toEqual([
    {
      prompt: 'A fox made of folded paper',
      model: 'flux-kontext-max',
      aspectRatio: '16:9',
      outputFormat: 'png',
      safetyTolerance: 4,
      promptUpsampling: false,
      enableTranslation: true,
    },
  ])

  await door.click(at.image('A fox made of folded paper'))
  await expect.poll(() => countOf(door, at.staged('A fox made of folded paper'))).toBe(1)
  const { name, bytes } = await door.download(() => door.click({ role: 'button', name: /^Download/, within: at.stage }))
  expect(name).toMatch(/^a-fox-made-of-folded-paper.*\.png$/)
  expect(bytes.subarray(1, 4).toString()).toBe('PNG')

  await door.reload()
  await expect.poll(() => savedOf(door, 'A fox made of folded paper')).toBe(1)
  expect((await live.service.simulator.state()).submissions).toHaveLength(1)
})

const view = { role: 'group', name: 'View', within: at.stage }

/** Waits for the focus in the prompt, where some acts put it at their end: a key pressed before would be typed there. */
const untilInPrompt = (door: Door) =>
  expect.poll(() => door.evaluate(() => document.activeElement instanceof HTMLTextAreaElement)).toBe(true)

/** The position of the comparison's divider in percent, when it is drawn there: keys move it in 0.15 s. */
async function restingDivider(door: Door, slider: Query): Promise<number> {
  const drawnAt = ([slider, view]: SentQuery[]) => {
    const [divider, frame] = [slider, view].map((query) => query && engineDoor.find(query)?.getBoundingClientRect())
    return divider && frame ? (100 * (divider.left + divider.width / 2 - frame.left)) / frame.width : Number.NaN
  }
  const position = Number(await attributeOf(door, slider, 'aria-valuenow'))
  const distance = async () => Math.abs((await door.evaluate(drawnAt, [slider, view].map(toSent))) - position)
  await expect.poll(distance).toBeLessThan(1)
  return position
}

test('J3 a dropped photo is edited, compared by keys, mouse and touch, and edited on', async ({ door, live, file }) => {
  const photo = await file('IMG_2041.JPG', 'image/jpeg', await cameraPhoto(4032, 3024, 85))
  await door.open(live.front.url)
  await door.focus(at.prompt)
  await door.give(at.stage, [photo])
  await expect.poll(() => countOf(door, at.sources)).toBe(1)
  await expect.poll(() => countOf(door, { ...at.submit, name: /^Edit.*5 credits/ })).toBe(1)
  await expect.poll(() => attributeOf(door, at.tolerance, 'max')).toBe('2')
  await door.fill(at.prompt, 'Make it a night with a full moon')
  await door.click(at.submit)
  await expect.poll(() => savedOf(door, 'Make it a night')).toBe(1)
  const { submissions, uploads } = await live.service.simulator.state()
  expect(uploads).toHaveLength(1)
  expect(submissions[0]?.body).not.toHaveProperty('aspectRatio')

  await door.click(at.image('Make it a night'))
  await door.click({ role: 'button', name: /^Compare/, within: at.stage })
  const slider = { role: 'slider', within: at.stage }
  await door.focus(slider)
  const before = await attributeOf(door, slider, 'aria-valuenow')
  await door.press('ArrowLeft')
  await expect.poll(() => attributeOf(door, slider, 'aria-valuenow')).not.toBe(before)
  for (const by of ['mouse', 'touch'] as const) {
    const start = await restingDivider(door, slider)
    const path: Share[] = [0, 0.05, 0.1].map((further) => [start / 100 + further, 0.4])
    await door.drag(view, path, by)
    await expect.poll(async () => Number(await attributeOf(door, slider, 'aria-valuenow'))).toBeGreaterThan(start + 5)
  }
  await door.click({ role: 'button', name: /^Compare/, within: at.stage })

  await door.focus(at.image('Make it a night'))
  await door.press('u')
  await expect.poll(() => door.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA')
  await door.fill(at.prompt, 'Snow on the hills')
  await door.click(at.submit)
  await expect.poll(() => savedOf(door, 'Snow on the hills')).toBe(1)
})

test('J4 several references keep their order on the wire', async ({ door, live, file }) => {
  const widths = [640, 720, 800, 880]
  const photos = await Promise.all(
    widths.map(async (width) => file(`ref-${width}.jpg`, 'image/jpeg', await cameraPhoto(width, 600))),
  )
  await door.open(live.front.url)
  await door.click(at.family('Flux 2'))
  await door.give(at.files, photos)
  await expect.poll(() => countOf(door, at.sources)).toBe(4)
  await door.click({ role: 'button', name: 'Move image 4 earlier', within: at.create })
  await door.click({ role: 'button', name: 'Remove image 1', within: at.create })
  await expect.poll(() => countOf(door, at.sources)).toBe(3)
  // A tile is as wide as its image, with a least width, which is that of an upright one.
  await expect.poll(() => widthOf(door, at.sources)).toBe(56)
  await door.click(at.choice('Model', 'Flex'))
  await door.click(at.choice('Size', '2K'))
  await door.fill(at.prompt, 'Put the three views into one poster')
  await expect.poll(() => countOf(door, { ...at.submit, name: /^Edit.*24 credits/ })).toBe(1)
  await door.click(at.submit)
  await expect.poll(() => savedOf(door, 'Put the three views')).toBe(1)
  const { submissions, uploads } = await live.service.simulator.state()
  const [submission] = submissions as { body: { input: { input_urls: string[] } } }[]
  expect(uploads).toHaveLength(3)
  // Turned upright by EXIF, so 880 is the height, not the width. The order shown was 2, 4, 3.
  const { default: sharp } = await import('sharp')
  const heights = await Promise.all(
    (submission?.body.input.input_urls ?? []).map(async (url) => {
      const sent = await (await fetch(url)).arrayBuffer()
      return (await sharp(Buffer.from(sent)).metadata()).height
    }),
  )
  expect(heights).toEqual([720, 880, 800])
})

async function pressOn(door: Door, query: Query, ...keys: string[]) {
  await door.focus(query)
  for (const key of keys) await door.press(key)
}

interface Corners {
  left: number
  top: number
  right: number
  bottom: number
}

const widthOf = (door: Door, query: Query) =>
  door.evaluate((given) => engineDoor.find(given)?.getBoundingClientRect().width ?? 0, toSent(query))

const acrossBox = ({ left, top, right, bottom }: Corners): Share[] => [
  [left, top],
  [(left + right) / 2, bottom],
  [right, bottom],
]

/** Exports the image on the stage at its own size. */
async function exportByKeys(door: Door): Promise<Download> {
  const dialog = { role: 'dialog', name: 'Export' }
  await pressOn(door, view, 'e')
  await expect.poll(() => countOf(door, { role: 'spinbutton', name: 'Width', within: dialog })).toBe(1)
  return door.download(() => pressOn(door, { role: 'button', name: 'Export', within: dialog }, 'Enter'))
}

/** In the page: how many workers it started to lay answers in. */
const countBlends = () => engineDoor.workers.filter((address) => address.includes('chain-worker')).length

/** In the page: the shelf of each image that is kept. */
const keptShelves = () =>
  new Promise<string[]>((resolve, reject) => {
    const open = indexedDB.open('atelier')
    open.onerror = () => reject(open.error)
    open.onsuccess = () => {
      const all = open.result.transaction('pictures').objectStore('pictures').getAll()
      all.onerror = () => reject(all.error)
      all.onsuccess = () => {
        open.result.close()
        resolve((all.result as { shelf: string }[]).map(({ shelf }) => shelf).toSorted())
      }
    }
  })

test('J9 areas are selected by touch, mouse, pen and keys, the proxy is killed meanwhile, and what was not selected keeps every pixel', async ({
  door,
  engineName,
  live,
  file,
}) => {
  const photo = await file('desk.jpg', 'image/jpeg', await cameraPhoto(640, 480))
  const image = at.staged('desk')
  const editArea = { role: 'button', name: /^Edit area.*5 credits/, within: at.create }
  const isWorking = { role: 'gridcell', name: /^Put a red hat there.*working/i, within: at.grid }
  const showChanges = { role: 'button', name: 'Show changes', within: at.stage }
  await door.open(live.front.url)
  await door.give(at.files, [photo])
  await expect.poll(() => countOf(door, at.sources)).toBe(1)
  await untilInPrompt(door)
  await pressOn(door, view, 'm')
  await pressOn(door, at.choice('Area tool', 'Brush'), 'ArrowRight')
  const select = async (box: Corners, by: PointerType, isProtected: string) => {
    await door.drag(image, acrossBox(box), by)
    await expect.poll(() => textOf(door, at.stage)).toContain(`${isProtected} protected`)
  }
  const drawn = {
    touch: { left: 0.1, top: 0.1, right: 0.3, bottom: 0.3 },
    mouse: { left: 0.6, top: 0.1, right: 0.85, bottom: 0.3 },
    pen: { left: 0.1, top: 0.75, right: 0.3, bottom: 0.9 },
  }
  await select(drawn.touch, 'touch', '96%')
  await select(drawn.mouse, 'mouse', '91%')
  await select(drawn.pen, engineName === 'firefox' ? 'touch' : 'pen', '88%')
  // The keyboard's box is a quarter of the image in both directions, in the middle, moved by one step.
  await pressOn(door, view, 'ArrowRight', 'Enter')
  await expect.poll(() => textOf(door, at.stage)).toMatch(/8[12]% protected/)
  if (door.pinch) {
    const widthPx = await widthOf(door, image)
    await door.pinch(image, 0.1, 0.2)
    await expect.poll(() => widthOf(door, image)).toBeGreaterThan(1.5 * widthPx)
    await expect.poll(() => textOf(door, at.stage)).toMatch(/8[12]% protected/)
  }

  await door.reload()
  await expect.poll(() => countOf(door, editArea)).toBe(1)
  const release = live.front.hold(/record-?info/i)
  await door.fill(at.prompt, 'Put a red hat there [[shift:4,-2]]')
  await pressOn(door, at.prompt, 'Control+Enter')
  await expect.poll(() => countOf(door, isWorking)).toBe(1)
  const other = await door.second()
  await other.open(live.front.url)
  await door.reload()
  for (const window of [door, other]) await expect.poll(() => countOf(window, isWorking)).toBe(1)
  await live.kill()
  release()
  await live.restart()
  for (const window of [door, other]) await expect.poll(() => countOf(window, showChanges)).toBe(1)
  await expect.poll(() => other.evaluate(keptShelves)).toEqual(['answers', 'gallery', 'sources'])
  const { bytes } = await exportByKeys(other)
  const { laid, source, inside, outside } = await door.evaluate(compareLaidPixels, {
    boxes: [...Object.values(drawn), { left: 0.375, top: 0.375, right: 0.642, bottom: 0.625 }],
    slack: 8 + 2,
    exported: bytes.toString('base64'),
  })
  expect([laid, source]).toEqual([
    [480, 640],
    [480, 640],
  ])
  expect(outside).toBe(0)
  expect(inside).toBeGreaterThan(500)
  const { submissions, charges } = await live.service.simulator.state()
  const blends = (await door.evaluate(countBlends)) + (await other.evaluate(countBlends))
  expect([submissions.length, charges.length, blends]).toEqual([1, 1, 1])
})

/** An answer with another framing is moved by keys, finger and mouse, and laid in. */
async function placeByHand(door: Door) {
  const answer = { role: 'button', name: 'The answer over your image', within: at.stage }
  const leftOf = () =>
    door.evaluate((given) => engineDoor.find(given)?.getBoundingClientRect().left ?? 0, toSent(answer))
  const moveRight = async (move: () => Promise<void>, leastPx: number) => {
    const before = await leftOf()
    await move()
    await expect.poll(leftOf).toBeGreaterThan(before + leastPx)
  }
  const byHand = { role: 'button', name: 'Place by hand', within: at.stage }
  await expect.poll(() => countOf(door, byHand)).toBe(1)
  await pressOn(door, byHand, 'Enter')
  await moveRight(() => pressOn(door, answer, 'Shift+ArrowRight'), 3)
  const widthPx = await widthOf(door, answer)
  for (const by of ['touch', 'mouse'] as const) {
    const path: Share[] = [0.5, 0.55, 0.6].map((across) => [across, 0.5])
    await moveRight(() => door.drag(answer, path, by), 0.09 * widthPx)
  }
  await pressOn(door, { role: 'button', name: 'Lay in', within: at.stage }, 'Enter')
}

test('J12 an image is extended and annotated, the result is turned, straightened, cropped and exported, by touch, mouse and keys', async ({
  door,
  engineName,
  live,
  file,
}) => {
  test.skip(engineName === 'chromium', 'tests/e2e has these tools.')
  const inTool = (role: string, name: string | RegExp) => ({ role, name, within: at.stage })
  const frame = inTool('button', /^Crop, /)
  const sides = async () => {
    const label = await attributeOf(door, frame, 'aria-label')
    const [width = 0, height = 0] = (/(\d+) × (\d+)/.exec(label ?? '') ?? []).slice(1).map(Number)
    return { width, height }
  }
  const source = await file('desk.jpg', 'image/jpeg', await cameraPhoto(640, 480))
  await door.open(live.front.url)
  await door.give(at.files, [source])
  await expect.poll(() => countOf(door, at.sources)).toBe(1)
  await untilInPrompt(door)

  await pressOn(door, view, 'k')
  await door.drag(
    frame,
    [
      [1, 0.5],
      [1.1, 0.5],
      [1.2, 0.5],
    ],
    'touch',
  )
  await expect.poll(async () => (await sides()).width).toBeGreaterThan(480 + 50)
  const extended = await sides()
  expect(extended.height).toBe(640)
  await pressOn(door, inTool('button', 'Extend'), 'Enter')
  await expect.poll(() => fieldOf(door, at.prompt)).toMatch(/^Continue the scene/)
  await untilInPrompt(door)

  await pressOn(door, view, 'n')
  await pressOn(door, at.choice('Mark', 'Arrow'), 'ArrowRight')
  await pressOn(door, view, 'ArrowRight', 'Enter')
  await expect.poll(() => countOf(door, inTool('button', /^Box 1/))).toBe(1)
  await door.drag(at.staged('desk'), acrossBox({ left: 0.1, top: 0.1, right: 0.4, bottom: 0.3 }), 'touch')
  await expect.poll(() => countOf(door, inTool('button', /^Box 2/))).toBe(1)
  await door.drag(at.staged('desk'), acrossBox({ left: 0.1, top: 0.75, right: 0.4, bottom: 0.9 }), 'mouse')
  await door.fill(inTool('textbox', /^Text of Box 3/), 'a round window')
  await pressOn(door, inTool('button', 'Insert in prompt'), 'Enter')
  await expect.poll(() => fieldOf(door, at.prompt)).toMatch(/In the red box 3: a round window\./)
  await door.focus(at.prompt)
  await door.type(' [[lost]]')
  await pressOn(door, at.prompt, 'Control+Enter')
  await placeByHand(door)
  await expect.poll(() => textOf(door, inTool('list', 'What was done'))).toMatch(/^Moved \d+ px/)

  const { submissions } = await live.service.simulator.state()
  const [submission] = submissions as { body: { inputImage: string } }[]
  const { default: sharp } = await import('sharp')
  const sent = sharp(Buffer.from(await (await fetch(submission?.body.inputImage ?? '')).arrayBuffer()))
  const { data, info } = await sent.removeAlpha().raw().toBuffer({ resolveWithObject: true })
  expect([submissions.length, info.width, info.height]).toEqual([1, extended.width, extended.height])
  const isRed = (at: number) => (data[at] ?? 0) > 200 && (data[at + 1] ?? 255) < 90 && (data[at + 2] ?? 255) < 90
  expect(
    Array.from({ length: info.width * info.height }, (_, n) => isRed(n * 3)).filter(Boolean).length,
  ).toBeGreaterThan(600)
  expect(await door.evaluate(compareLaidPixels, {})).toMatchObject({ laid: [extended.width, 640], outside: 0 })

  await pressOn(door, view, 'k')
  await pressOn(door, inTool('button', 'Turn right'), 'Enter')
  await pressOn(door, inTool('slider', 'Straighten'), 'ArrowRight', 'ArrowRight')
  await pressOn(door, frame, 'Shift+ArrowLeft', 'ArrowDown')
  const before = await sides()
  await door.drag(
    frame,
    [
      [1, 1],
      [0.9, 0.9],
      [0.8, 0.8],
    ],
    'mouse',
  )
  await expect.poll(async () => (await sides()).width).toBeLessThan(before.width - 30)
  const cropped = await sides()
  expect(cropped.height).toBeLessThan(before.height - 30)
  await pressOn(door, inTool('button', 'Apply crop'), 'Enter')
  await expect.poll(() => countOf(door, inTool('radiogroup', 'Crop ratio'))).toBe(0)
  const { bytes } = await exportByKeys(door)
  const { width, height } = await sharp(bytes).metadata()
  expect({ width, height }).toEqual(cropped)
})
