import 'fake-indexeddb/auto'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { logOf } from '#acts/act-log.ts'
import { addMark, changeMark, clearMarks, deleteMark } from '#acts/annotate-commands.ts'
import { clearArea, drawArea, invertArea, setRim } from '#acts/area-commands.ts'
import { documentOf } from '#acts/edited-source.ts'
import { setFrame } from '#acts/frame-commands.ts'
import type { Point } from '#domain/edit.ts'
import type { PictureId } from '#domain/ids.ts'
import { moveMark, resizeMark } from '#domain/mark-drawing.ts'
import {
  type AnnotateEvent,
  markKinds,
  previewOf,
  startAnnotateTool,
  stepAnnotateTool,
} from '#stage/tools/annotate-tool.ts'
import { type AreaEvent, startAreaTool, stepAreaTool } from '#stage/tools/area-tool.ts'
import { type CropEvent, frameOf, startCropTool, stepCropTool } from '#stage/tools/crop-tool.ts'
import type { DrawEvent } from '#stage/tools/draw-input.ts'
import { noPointers, type PointerInput, stepPointers } from '#stage/tools/draw-pointers.ts'
import { moved, notMoved, placedMap, scaled } from '#stage/tools/place-tool.ts'
import { openGallery } from '#store/gallery-store.ts'
import type { GalleryStore } from '#store/store.ts'
import { draftOf } from '#workspace/composition.ts'
import { useWorkspace } from '#workspace/workspace.ts'
import { nodeProcessor } from '../../../support/node-processor.ts'

// All tools together, as the stage uses them: pointers → events → states → acts in the log.

const photo = 'photo' as PictureId
const image = { width: 400, height: 300 }
const tools = ['area', 'crop', 'annotate'] as const
type Tool = (typeof tools)[number]

let store: GalleryStore
beforeAll(async () => {
  store = await openGallery({ name: 'any-sequence', processor: nodeProcessor })
})
afterAll(() => store.close())
beforeEach(() => useWorkspace.setState(useWorkspace.getInitialState(), true))

/** What undo and redo are about. */
function composed() {
  const { edits, sources, drafts } = useWorkspace.getState()
  return { edits, sources: sources['flux-kontext'] ?? [], prompt: draftOf(drafts, 'flux-kontext').prompt }
}

/** The stage with one image: an open tool, the pointers, and how the image lies in the window. */
function openStage() {
  const opened = { area: startAreaTool(image), crop: startCropTool(image), annotate: startAnnotateTool }
  let states = opened
  let pointers = noPointers
  let open: Tool = 'area'
  let scale = 1
  const take = (tool: Tool) => {
    open = tool
    pointers = noPointers
    states = { ...opened, crop: startCropTool(image, documentOf(photo).frame) }
  }
  const area = (event: AreaEvent) => {
    const [next, commands] = stepAreaTool(states.area, event, image)
    states = { ...states, area: next }
    for (const { steps } of commands) drawArea(store, photo, steps)
  }
  const annotate = (event: AnnotateEvent) => {
    const [next, commands] = stepAnnotateTool(states.annotate, event, image)
    states = { ...states, annotate: next }
    for (const command of commands) {
      if (command.kind === 'add') {
        annotate({ kind: 'select', id: addMark(store, photo, command.figure, command.colour) })
        continue
      }
      const mark = documentOf(photo).marks.find(({ id }) => id === command.id)
      if (mark) changeMark(store, photo, moveMark(mark, command.dx, command.dy), 'move mark')
    }
  }
  const crop = (event: CropEvent) => {
    states = { ...states, crop: stepCropTool(states.crop, event, image) }
  }
  const draw = (event: DrawEvent) => (open === 'area' ? area(event) : annotate(event))
  const pointer = (input: PointerInput, at: Point, isAlt: boolean, pressure: number) => {
    const turn = stepPointers(pointers, input)
    pointers = turn.pointers
    const to: Point = [at[0] / scale, at[1] / scale]
    const [mark] = documentOf(photo).marks
    const on = isAlt ? mark?.id : undefined
    for (const { kind } of turn.steps) {
      if (kind === 'give' || kind === 'take') continue
      if (open !== 'crop') {
        if (kind === 'press') draw({ kind, at: to, isAlt, pressure, on })
        else draw(kind === 'draw' ? { kind: 'move', to: [to], pressure } : { kind })
      } else if (kind === 'press') crop({ kind, handle: isAlt ? 'se' : 'move', at: to, slack: 12 / scale })
      else crop(kind === 'draw' ? { kind: 'drag', to } : { kind })
    }
  }
  const keepCrop = () => setFrame(store, photo, frameOf(states.crop, image))
  const show = (next: number) => {
    scale = next
  }
  return { area, annotate, crop, draw, pointer, take, keepCrop, show, open: () => open, states: () => states }
}

type Stage = ReturnType<typeof openStage>
type Act = (stage: Stage) => unknown

const at = fc.tuple(fc.integer({ min: -50, max: 450 }), fc.integer({ min: -50, max: 350 }))
const step = fc.integer({ min: -40, max: 40 })
const id = fc.integer({ min: 1, max: 3 })
const type = fc.constantFrom('mouse', 'touch', 'pen')

/** Does something with the first mark, if there is one. */
const withMark = (work: (mark: ReturnType<typeof documentOf>['marks'][number]) => void) => () => {
  const [mark] = documentOf(photo).marks
  if (mark) work(mark)
}

const pointerAct = fc
  .record({
    kind: fc.constantFrom('down', 'down', 'move', 'move', 'move', 'up', 'up', 'cancel', 'lost'),
    id,
    type,
    at,
    isForView: fc.boolean(),
    isAlt: fc.boolean(),
    pressure: fc.float({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ kind, isAlt, pressure, ...others }): Act => {
    const input = { kind, ...others } as PointerInput
    return (stage) => stage.pointer(input, others.at, isAlt, pressure)
  })

/** A whole stroke by one pointer. */
const strokeAct = fc
  .tuple(fc.array(at, { minLength: 1, maxLength: 6 }), type, fc.boolean())
  .map(([points, type, isAlt]): Act => {
    return ({ pointer }) => {
      const [from = [0, 0]] = points
      pointer({ kind: 'down', id: 4, type, at: from, isForView: false }, from, isAlt, 0.5)
      for (const to of points) pointer({ kind: 'move', id: 4, type, at: to }, to, isAlt, 0.5)
      pointer({ kind: 'up', id: 4 }, from, isAlt, 0.5)
    }
  })

const keyAct = fc
  .tuple(step, step, fc.boolean(), fc.constantFrom('arrow', 'enter', 'escape', 'delete'))
  .map(([dx, dy, isResize, key]): Act => {
    return (stage) => {
      if (key === 'escape')
        return stage.open() === 'crop' ? stage.crop({ kind: 'cancel' }) : stage.draw({ kind: 'cancel' })
      if (key === 'delete') return withMark((mark) => deleteMark(store, photo, mark.id))()
      if (stage.open() === 'crop')
        return key === 'arrow' ? stage.crop({ kind: 'nudge', dx, dy, isResize }) : stage.keepCrop()
      if (key === 'arrow') return stage.draw({ kind: 'arrow', dx, dy, isResize })
      if (stage.open() === 'area') return stage.area({ kind: 'stamp', isAlt: isResize })
      return stage.annotate({ kind: 'stamp' })
    }
  })

const areaAct = fc.oneof(
  fc.constantFrom('brush' as const, 'box' as const, 'lasso' as const).map(
    (shape): Act =>
      ({ area }) =>
        area({ kind: 'choose', shape }),
  ),
  fc.constantFrom('add' as const, 'cut' as const).map(
    (op): Act =>
      ({ area }) =>
        area({ kind: 'mode', op }),
  ),
  fc.constantFrom(1 as const, -1 as const).map(
    (by): Act =>
      ({ area }) =>
        area({ kind: 'grow', by }),
  ),
  fc.integer({ min: -5, max: 500 }).map(
    (radius): Act =>
      ({ area }) =>
        area({ kind: 'size', radius }),
  ),
  fc.constantFrom('invert', 'clear').map(
    (what): Act =>
      () => {
        const document = documentOf(photo)
        if (document.area.length > 0) (what === 'invert' ? invertArea : clearArea)(store, document)
      },
  ),
  fc.integer({ min: 0, max: 64 }).map(
    (rim): Act =>
      () => {
        const document = documentOf(photo)
        if (document.area.length > 0) setRim(store, document, rim)
      },
  ),
)

const markAct = fc.oneof(
  fc.constantFrom(...markKinds).map(
    (mark): Act =>
      ({ annotate }) =>
        annotate({ kind: 'choose', mark }),
  ),
  fc.constantFrom('red' as const, 'cyan' as const).map(
    (colour): Act =>
      ({ annotate }) =>
        annotate({ kind: 'colour', colour }),
  ),
  fc
    .string({ maxLength: 5 })
    .map((note): Act => withMark((mark) => changeMark(store, photo, { ...mark, note }, 'text of mark', 'mark text'))),
  fc
    .tuple(step, step)
    .map(([dx, dy]): Act => withMark((mark) => changeMark(store, photo, resizeMark(mark, dx, dy, 4), 'resize mark'))),
  fc.constant<Act>(() => {
    if (documentOf(photo).marks.length > 0) clearMarks(store, photo)
  }),
)

const cropAct = fc.oneof(
  fc.constantFrom('1:1' as const, '16:9' as const, 'free' as const, 'original' as const).map(
    (ratio): Act =>
      ({ crop }) =>
        crop({ kind: 'ratio', ratio }),
  ),
  fc.constantFrom(90 as const, -90 as const).map(
    (by): Act =>
      ({ crop }) =>
        crop({ kind: 'turn', by }),
  ),
  fc.integer({ min: -60, max: 60 }).map(
    (degrees): Act =>
      ({ crop }) =>
        crop({ kind: 'tilt', degrees }),
  ),
  fc
    .tuple(fc.constantFrom('width' as const, 'height' as const), fc.constantFrom(0, 1, 90, 500, 100_000, Number.NaN))
    .map(
      ([kind, pixels]): Act =>
        ({ crop }) =>
          crop({ kind, pixels }),
    ),
  fc.constantFrom('flip' as const, 'enclose' as const, 'reset' as const).map(
    (kind): Act =>
      ({ crop }) =>
        crop({ kind }),
  ),
  fc.constant<Act>((stage) => stage.keepCrop()),
)

const act = fc.oneof(
  { weight: 6, arbitrary: pointerAct },
  { weight: 6, arbitrary: strokeAct },
  { weight: 4, arbitrary: keyAct },
  { weight: 2, arbitrary: areaAct },
  { weight: 2, arbitrary: markAct },
  { weight: 2, arbitrary: cropAct },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...tools).map(
      (tool): Act =>
        ({ take }) =>
          take(tool),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0.2, 0.7, 3).map(
      (scale): Act =>
        ({ show }) =>
          show(scale),
    ),
  },
  { weight: 1, arbitrary: fc.constant<Act>(() => logOf(store).undo()) },
  { weight: 1, arbitrary: fc.constant<Act>(() => logOf(store).redo()) },
)

/** The log is loaded and written after an act: this import is resolved after that of the act. */
async function written() {
  await import('#acts/act-log.ts')
  await new Promise(setImmediate)
}

async function untilNone(turn: () => Promise<unknown>): Promise<number> {
  let count = 0
  while ((await turn()) !== undefined) count += 1
  return count
}

test('after any sequence of events, undoing everything leads to the beginning, and redoing everything to the end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 8, maxLength: 40, size: 'max' }), async (sequence) => {
      useWorkspace.setState(useWorkspace.getInitialState(), true)
      const log = logOf(store)
      const stage = openStage()
      const beginning = composed()
      const acts = log.state().undo?.id
      for (const each of sequence) {
        await each(stage)
        await written()
        const { area, crop, annotate } = stage.states()
        expect(crop.box.every(Number.isInteger)).toBe(true)
        expect(area.radius).toBeGreaterThan(0)
        previewOf(annotate, image)
        frameOf(crop, image)
      }
      await untilNone(() => log.redo())
      const end = composed()
      while (log.state().undo && log.state().undo?.id !== acts) await log.undo()
      expect(composed()).toEqual(beginning)
      await untilNone(() => log.redo())
      expect(composed()).toEqual(end)
    }),
    { numRuns: 25, seed: 9 },
  )
}, 60_000)

test('an answer that is placed by hand keeps its size within bounds and can always be laid in', () => {
  const act = fc.oneof(
    fc.tuple(step, step).map(
      ([dx, dy]) =>
        (placing: typeof notMoved) =>
          moved(placing, dx, dy),
    ),
    fc.float({ noNaN: true }).map((scale) => (placing: typeof notMoved) => scaled(placing, scale)),
  )
  fc.assert(
    fc.property(fc.array(act), (acts) => {
      const placing = acts.reduce((before, each) => each(before), notMoved)
      expect(placing.scale).toBeGreaterThanOrEqual(0.5)
      expect(placing.scale).toBeLessThanOrEqual(2)
      expect(placedMap(placing, [10, 10, 300, 200], { width: 800, height: 600 }).every(Number.isFinite)).toBe(true)
    }),
  )
})
