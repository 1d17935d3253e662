import { afterEach, beforeEach, expect, test } from 'vitest'
import { freezeRecipe } from '#acts/freeze-edit.ts'
import { type AreaStep, type EditDocument, emptyDocument, type Mark, plainFrame } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Recipe } from '#domain/run.ts'
import type { ToSent } from '#generation/ports.ts'
import { previewImages, previewText } from '#generation/sent-preview.ts'
import { findFamily } from '#models/catalogue.ts'
import { newPicture } from '../../support/gallery-records.ts'
import { paintedImage } from '../../support/images.ts'
import { type Machine, openMachine } from '../../support/machine.ts'
import { settled } from '../../support/windows.ts'

// "What will be sent" against what the service records, for every combination of what can be done with a source.

const photo = 'photo' as PictureId
const bag = 'bag' as PictureId
const size = { width: 900, height: 700 }

let machine: Machine
beforeEach(async () => {
  machine = await openMachine()
  for (const [index, id] of [photo, bag].entries()) {
    const file = { name: `${id}.jpg`, orientation: 1, profile: 'srgb', hasAlpha: false } as const
    const about = { shelf: 'sources', createdAt: index, file } as const
    await machine.store.addPicture(newPicture(id, await paintedImage('jpeg', { width: 90 + index, height: 70 }), about))
  }
})
afterEach(async () => {
  await settled()
  await machine.close()
})

/** A fake of the worker that draws what is sent: another image for every other cut. */
const toSent: ToSent = async ({ name }, _limits, cut) => {
  const words = JSON.stringify([name, cut])
  const sum = [...words].reduce((before, letter) => (before * 31 + (letter.codePointAt(0) ?? 0)) % 9_973, 7)
  return { bytes: await paintedImage('png', { width: 16 + (sum % 97), height: 16 + Math.floor(sum / 97) }) }
}

const area: AreaStep[] = [{ op: 'add', shape: { kind: 'box', box: [120, 100, 90, 80] } }]
const marks: Mark[] = [
  { id: 'm1', n: 1, colour: 'red', note: 'a “blue” door', kind: 'box', box: [110, 90, 120, 100] },
  { id: 'm2', n: 2, colour: 'lime', note: '', kind: 'arrow', from: [90, 90], to: [200, 180] },
]

interface Combination {
  hasArea: boolean
  isPart: boolean
  isCropped: boolean
  isMarked: boolean
  isExtended: boolean
  hasRoles: boolean
  hasTokens: boolean
}

function documentOf({ hasArea, isCropped, isMarked, isExtended }: Combination): EditDocument {
  return {
    ...emptyDocument(photo),
    area: hasArea ? area : [],
    marks: isMarked ? marks : [],
    frame: {
      ...plainFrame,
      ...(isCropped ? { turn: 90, flip: true, crop: [40, 30, 600, 500] as const } : {}),
      ...(isExtended ? { pad: { top: 0, right: 120, bottom: 40, left: 0 } } : {}),
    },
  }
}

/** The recipe that the form would send for a combination. */
function recipeOf(familyId: string, combination: Combination, index: number): Recipe {
  const family = findFamily(familyId)
  if (!family) throw new Error('There is no such family.')
  const sources = family.maxSources > 1 ? [photo, bag] : [photo]
  const tokens = sources.map((_, at) => `@${at + 1}`).join(' next to ')
  const draft = {
    prompt: `No ${index}:  a façade 🌙\n${combination.hasTokens ? `${tokens} ` : ''}`,
    ...(combination.hasRoles ? { roles: sources.map((_, at) => ['subject', 'style'][at]).join(',') } : {}),
  }
  const plain: Recipe = { ...machine.recipe(draft, familyId), sources }
  const edits = { [photo]: { document: documentOf(combination), way: combination.isPart ? 'part' : 'whole' } } as const
  const { recipe, objection } = freezeRecipe(plain, edits, new Map(sources.map((id) => [id, size])), family)
  if (objection) throw new Error(objection)
  return recipe
}

/** All combinations of the named choices. */
function combinationsOf(fixed: Partial<Combination>, names: readonly (keyof Combination)[]): Combination[] {
  const none = { hasArea: false, isPart: false, isCropped: false, isMarked: false, isExtended: false }
  const start: Combination = { ...none, hasRoles: false, hasTokens: false, ...fixed }
  return names.reduce<Combination[]>((all, name) => all.flatMap((each) => [each, { ...each, [name]: true }]), [start])
}

/** The members of a request that have no members of their own, by their last name. */
function leavesOf(value: unknown, name = ''): [name: string, value: string][] {
  if (value === null || typeof value !== 'object') return [[name, String(value)]]
  return Object.entries(value).flatMap(([key, member]) => leavesOf(member, Array.isArray(value) ? name : key))
}

const bytesOf = async (blob: Blob) => Buffer.from(await blob.arrayBuffer()).toString('base64')
const sentTo = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer()).toString('base64')

/** Sends all recipes, and compares each with its preview. No more than the service takes at once. */
async function expectAsPreviewed(recipes: readonly Recipe[]) {
  const previews = await Promise.all(
    recipes.map(async (recipe) => ({
      ...previewText(recipe),
      images: await Promise.all(
        (await previewImages(machine.store, recipe, toSent)).map(({ bytes }) => bytesOf(bytes)),
      ),
    })),
  )
  const runs = await Promise.all(recipes.map((recipe) => machine.create(recipe)))
  const runner = machine.window({ toSent })
  // A few at a time: the deadlines of uploads are short here.
  for (let at = 0; at < runs.length; at += 4) {
    await Promise.all(runs.slice(at, at + 4).map((run) => runner.drive(run.id, machine.never)))
  }
  const { submissions } = await machine.simulator.state()
  expect(submissions).toHaveLength(recipes.length)
  for (const { text, options, images } of previews) {
    const leaves = submissions
      .map(({ body }) => leavesOf(body))
      .find((each) => each.some(([, value]) => value === text))
    if (!leaves) throw new Error(`Nothing was sent with the text "${text}".`)
    const urls = leaves.filter(([name]) => name === 'inputImage' || name === 'input_urls').map(([, url]) => url)
    expect(await Promise.all(urls.map(sentTo))).toEqual(images)
    const others = leaves.filter(([, value]) => value !== text && !urls.includes(value))
    expect(options.map(({ name, value }) => [name, value])).toEqual(others)
  }
}

const all = { hasTokens: true, hasRoles: true }

test.each<[string, Partial<Combination>, readonly (keyof Combination)[]]>([
  ['flux-kontext', {}, ['isCropped', 'isMarked', 'hasTokens', 'isExtended']],
  ['flux-kontext', { ...all, hasArea: true }, ['isCropped', 'isMarked', 'isPart', 'isExtended']],
  ['flux-2', {}, ['isCropped', 'isMarked', 'hasTokens', 'hasRoles']],
  ['flux-2', { ...all, hasArea: true }, ['isCropped', 'isMarked', 'isPart', 'isExtended']],
  ['flux-2', { ...all, isExtended: true }, ['isCropped', 'isMarked']],
])(
  '"What will be sent" is what %s receives, with %o and all combinations of %o',
  async (family, fixed, names) => {
    const recipes = combinationsOf(fixed, names).map((combination, index) => recipeOf(family, combination, index))
    expect(recipes.length).toBeLessThanOrEqual(18)
    await expectAsPreviewed(recipes)
  },
  60_000,
)
