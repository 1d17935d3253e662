import { type AreaStep, type Edit, emptyDocument } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import type { Draft } from '#domain/run.ts'

/** An image that comes with the app, and how it would be made. */
export interface Sample {
  /** Relative to the page's address. */
  file: string
  prompt: string
  /** As shown: "Flux Kontext Pro". */
  model: string
  /** Id of a family in the catalogue. */
  family: string
  draft: Draft
  /** Index in the list of the image that this one is an edit of. */
  parent?: number
  /** Pixels of the file. */
  width: number
  height: number
  /**
   * What of the parent may change. The file is then the answer of a model, and is laid into its parent in this browser
   * like any other answer.
   */
  area?: readonly AreaStep[]
}

/** The edit of a sample with an area, whose whole parent was sent. `base`: the id of its parent. */
export function editOf({ area = [], width, height }: Sample, base: PictureId): Edit {
  const document = { ...emptyDocument(base), area }
  return { document, way: 'whole', rect: [0, 0, width, height], sent: { width, height }, marks: 'none' }
}

const dawn = 'A still mountain lake at dawn, layers of blue ridges in the mist, a small low sun'
const night = 'Make it a clear night with a full moon and the first stars'
const lanterns = 'Seven paper lanterns float over the lake and light up the water'
const vases = 'Glazed vases and pears on a plaster shelf, soft window light from the left, terracotta and sage'
const poppies = 'Tall poppies and wild grasses against a pale evening sky, botanical poster'
const arches = 'White arches of a courtyard by the sea in hard noon light, long blue shadows'

/** Six samples: a chain of three edits, then three single images. Parents come before their children. */
export const sampleList: readonly Sample[] = [
  {
    file: 'samples/1.jpg',
    prompt: dawn,
    model: 'Flux 2 Pro',
    family: 'flux-2',
    draft: { prompt: dawn, model: 'pro', aspectRatio: '3:2', size: '1K' },
    width: 1024,
    height: 683,
  },
  {
    file: 'samples/2.jpg',
    prompt: night,
    model: 'Flux Kontext Pro',
    family: 'flux-kontext',
    draft: { prompt: night, model: 'pro', editRatio: 'match', format: 'jpeg' },
    parent: 0,
    width: 1024,
    height: 683,
  },
  {
    file: 'samples/3.jpg',
    prompt: lanterns,
    model: 'Flux Kontext Max',
    family: 'flux-kontext',
    draft: { prompt: lanterns, model: 'max', editRatio: 'match', format: 'jpeg' },
    parent: 1,
    width: 1024,
    height: 683,
  },
  {
    file: 'samples/4.jpg',
    prompt: vases,
    model: 'Flux 2 Flex',
    family: 'flux-2',
    draft: { prompt: vases, model: 'flex', aspectRatio: '3:4', size: '1K' },
    width: 768,
    height: 1024,
  },
  {
    file: 'samples/5.jpg',
    prompt: poppies,
    model: 'Flux 2 Pro',
    family: 'flux-2',
    draft: { prompt: poppies, model: 'pro', aspectRatio: '2:3', size: '1K' },
    width: 683,
    height: 1024,
  },
  {
    file: 'samples/6.jpg',
    prompt: arches,
    model: 'Flux Kontext Pro',
    family: 'flux-kontext',
    draft: { prompt: arches, model: 'pro', aspectRatio: '1:1', format: 'jpeg' },
    width: 1024,
    height: 1024,
  },
]

const ball = 'Put a big glossy ball on the terrace'
/** One stroke of the brush, over the floor between the two plants. */
const terrace: readonly AreaStep[] = [
  { op: 'add', shape: { kind: 'brush', points: [500, 800, 520, 845, 540, 880], radius: 120 } },
]
const variant: Sample = {
  file: '',
  prompt: ball,
  model: 'Flux Kontext Pro',
  family: 'flux-kontext',
  draft: { prompt: ball, model: 'pro', editRatio: 'match', format: 'jpeg' },
  parent: 5,
  width: 1024,
  height: 1024,
  area: terrace,
}

/** Answers to one edit of an area: `variantCount` of them. */
export const sampleVariants: readonly Sample[] = [
  { ...variant, file: 'samples/7.jpg' },
  { ...variant, file: 'samples/8.jpg' },
]
