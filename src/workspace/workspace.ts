import { create, type StateCreator } from 'zustand'
import type { EditDocument } from '#domain/edit.ts'
import type { BatchId, PictureId } from '#domain/ids.ts'
import { followRoles, followSources } from '#domain/prompt.ts'
import type { Draft, Recipe } from '#domain/run.ts'
import { findFamily } from '#models/catalogue.ts'
import { adoptForm } from '#models/model.ts'
import { adoptComposition, type Composition, compositionOf, draftOf, initialComposition } from './composition.ts'
import { isDemo } from './edition.ts'
import { adoptEdits, type Edits, withEdit, withoutEdit } from './edits.ts'
import { keptValues, parseJson } from './kept-values.ts'
import { changedSettings, initialSettings, isSetting, type Settings, settingNames, soundSettings } from './settings.ts'

export type View = 'create' | 'stage' | 'tasks' | 'gallery'

/** How two images are compared on the stage. */
export type CompareWay = 'slider' | 'side' | 'flip'

/** A comparison on the stage. B is always the staged image, so every act on the stage applies to B. */
export interface Comparing {
  a: PictureId | undefined
  /** The chip that receives the next image chosen in the gallery or the strip. */
  takes: 'a' | 'b'
  way: CompareWay
}

/** A tool of the stage. */
export type ToolId = 'area' | 'crop' | 'annotate'

interface Fleeting {
  /** The open tool of the stage. */
  tool: ToolId | undefined
  /** The image on the stage. Kept across a reload of this window. */
  selected: PictureId | undefined
  comparing: Comparing | undefined
  /** The open search of the gallery, as the rule of a smart collection. `undefined`: all images. */
  search: string | undefined
  /** Results that came in while something else was on the stage, newest first. One that is shown leaves the list. */
  arrived: readonly PictureId[]
  /**
   * When the user last zoomed, compared or opened a tool, in epoch ms; 0: never. After that, a new result does not
   * replace the staged image.
   */
  touchedAt: number
  /** The batch shown on the stage as a contact sheet, instead of one image. */
  batch: BatchId | undefined
  /** Increased each time the staged image has to be fitted to the stage. */
  wholeRequests: number
  /** What a narrow window shows. */
  view: View
  /** The browser has deleted what was kept here. */
  isEvicted: boolean
  /** An act wants the cursor in the prompt; the form moves it there and resets this. */
  wantsPrompt: boolean
  /** An act wants the focus on what the stage shows; the stage moves it there and resets this. */
  wantsStage: boolean
}

export type Workspace = Settings &
  Composition &
  Fleeting & {
    /** What is done to images before they are sent, by image. Kept like the composition. */
    edits: Edits
    /** Opens a tool; `undefined` closes it. */
    takeTool(tool: ToolId | undefined): void
    /** Replaces the edit document of its base image; one that changes nothing is forgotten. */
    edit(document: EditDocument): void
    /** Whether only a crop around the area is sent. */
    chooseWay(base: PictureId, way: 'whole' | 'part'): void
    chooseFamily(family: string): void
    editDraft(family: string, change: Draft): void
    /** References in the prompt, and roles, follow their images. */
    setSources(family: string, sources: readonly PictureId[]): void
    /** Fills the form from a recipe: its family, draft and sources. */
    recall(recipe: Recipe): void
    select(picture: PictureId | undefined): void
    /** Shows an imported image on the stage, fitted; ends a comparison. */
    stage(picture: PictureId): void
    /** Shows a batch on the stage as a contact sheet and leaves the tool; choosing an image replaces the sheet. */
    openBatch(batch: BatchId | undefined): void
    /** The user chose an image: it goes to the focused chip of a comparison, or else to the stage. */
    choose(picture: PictureId): void
    /** Starts or changes the comparison; `undefined` ends it. */
    compare(change: Partial<Comparing> | undefined): void
    arrive(picture: PictureId): void
    dismissArrived(): void
    /** The user works on the staged image. */
    touch(): void
    show(view: View): void
    /** Moves the cursor to the end of the prompt. Every act that brings an image in calls it. */
    focusPrompt(): void
    /** Moves the focus to what the stage shows. */
    focusStage(): void
    adjust(change: Partial<Settings>): void
  }

/** Where a workspace is kept. */
interface WorkspacePlaces {
  /** Prefix of the stored keys; changing it needs a migration. */
  name: string
  /** Shared by all windows. */
  shared: () => Storage | undefined
  /** Of this window only; survives a reload. */
  own: () => Storage | undefined
  /** Calls back when another window has changed shared values. */
  watch: (listener: (event: Pick<StorageEvent, 'key' | 'newValue'>) => void) => void
}

/** What a workspace starts with, and its actions. */
const workspaceState: StateCreator<Workspace> = (set) => ({
  ...initialSettings,
  ...initialComposition,
  edits: {},
  tool: undefined,
  selected: undefined,
  comparing: undefined,
  search: undefined,
  arrived: [],
  touchedAt: 0,
  batch: undefined,
  wholeRequests: 0,
  view: 'create',
  isEvicted: false,
  wantsPrompt: false,
  wantsStage: false,
  takeTool: (tool) => set({ tool, comparing: undefined, touchedAt: Date.now() }),
  edit: (document) => set(({ edits }) => ({ edits: withEdit(edits, document, edits[document.base]?.way) })),
  chooseWay: (base, way) =>
    set(({ edits }) => {
      const known = edits[base]
      return known ? { edits: withEdit(edits, known.document, way) } : {}
    }),
  chooseFamily: (family) => set({ family }),
  editDraft: (family, change) =>
    set(({ drafts }) => ({ drafts: { ...drafts, [family]: { ...draftOf(drafts, family), ...change } } })),
  setSources: (family, sources) => set((state) => withSources(state, family, sources)),
  recall: (recipe) => set((state) => recalled(state, recipe)),
  select: (selected) =>
    set({ selected, batch: undefined, ...(selected === undefined ? { comparing: undefined } : {}) }),
  stage: (selected) =>
    set(({ wholeRequests }) => ({
      selected,
      batch: undefined,
      comparing: undefined,
      touchedAt: 0,
      wholeRequests: wholeRequests + 1,
    })),
  openBatch: (batch) => set({ batch, comparing: undefined, ...(batch === undefined ? {} : { tool: undefined }) }),
  choose: (id) =>
    set(({ comparing }) =>
      comparing?.takes === 'a' ? { comparing: { ...comparing, a: id } } : { selected: id, batch: undefined },
    ),
  compare: (change) =>
    set(({ comparing, tool }) => ({
      tool: change ? undefined : tool,
      comparing: change && { a: undefined, takes: 'a', way: 'slider', ...comparing, ...change },
      touchedAt: Date.now(),
    })),
  arrive: (id) => set(({ arrived }) => ({ arrived: [id, ...arrived.filter((other) => other !== id)] })),
  dismissArrived: () => set({ arrived: [] }),
  touch: () => set({ touchedAt: Date.now() }),
  show: (view) => set({ view }),
  focusPrompt: () => set({ wantsPrompt: true }),
  focusStage: () => set({ wantsStage: true }),
  adjust: (change) => set(change),
})

/**
 * Settings are the same in all windows: each is written under its own key, and read again when another window changes
 * it. The composition belongs to its window. Earlier versions kept everything in one record under `name`; what has no
 * key of its own yet is read from there.
 */
export function createWorkspace({ name, shared, own, watch }: WorkspacePlaces) {
  const ofAll = keptValues(shared)
  const ofWindow = keptValues(own)
  const keys = { composition: `${name}.composition`, selected: `${name}.selected`, edits: `${name}.edits` }
  const keyOf = (setting: string) => `${name}.${setting}`
  const earlier = (ofAll.read(name) as { state?: unknown } | undefined)?.state
  const readSettings = () =>
    soundSettings(Object.fromEntries(settingNames.map((each) => [each, ofAll.read(keyOf(each))])))
  const staged = ofWindow.read(keys.selected)

  const useStore = create<Workspace>()(workspaceState)
  let isFollowing = false
  /** Applies values read from storage without writing them back, which could undo a newer change of another window. */
  function follow(change: Partial<Workspace>) {
    isFollowing = true
    useStore.setState(change)
    isFollowing = false
  }
  follow({
    ...soundSettings(earlier ?? {}),
    ...readSettings(),
    ...adoptComposition(ofWindow.read(keys.composition) ?? ofAll.read(keys.composition) ?? earlier),
    edits: adoptEdits(ofWindow.read(keys.edits) ?? ofAll.read(keys.edits)),
    ...(typeof staged === 'string' ? { selected: staged as PictureId, view: 'stage' as const } : {}),
  })

  useStore.subscribe((state, before) => {
    if (state.selected !== before.selected && state.arrived.some((id) => id === state.selected)) {
      useStore.setState({ arrived: state.arrived.filter((id) => id !== state.selected) })
    }
    if (isFollowing) return
    for (const [setting, value] of Object.entries(changedSettings(state, before))) ofAll.write(keyOf(setting), value)
    if (state.selected !== before.selected) ofWindow.write(keys.selected, state.selected ?? null)
    if (state.edits !== before.edits) {
      ofWindow.write(keys.edits, state.edits)
      ofAll.write(keys.edits, state.edits)
    }
    if (state.family === before.family && state.drafts === before.drafts && state.sources === before.sources) return
    ofWindow.write(keys.composition, compositionOf(state))
    ofAll.write(keys.composition, compositionOf(state))
  })
  watch(({ key, newValue }) => {
    const setting = key?.startsWith(`${name}.`) ? key.slice(name.length + 1) : ''
    if (isSetting(setting)) follow(soundSettings({ [setting]: parseJson(newValue) }))
  })

  return {
    useWorkspace: useStore,
    /**
     * The settings as they are stored at this moment: the event of another window's change may not have arrived yet.
     */
    settingsNow(): Settings {
      follow(readSettings())
      return useStore.getState()
    },
  }
}

function withSources(state: Composition, family: string, sources: readonly PictureId[]): Partial<Composition> {
  const draft = draftOf(state.drafts, family)
  const before = state.sources[family] ?? []
  const prompt = followSources(String(draft.prompt ?? ''), before, sources)
  const roles = followRoles(String(draft.roles ?? ''), before, sources)
  const isSame = prompt === draft.prompt && roles === draft.roles
  return {
    sources: { ...state.sources, [family]: sources },
    ...(isSame ? {} : { drafts: { ...state.drafts, [family]: { ...draft, prompt, roles } } }),
  }
}

function recalled(
  state: Composition & { edits: Edits },
  { family, draft, sources, edits = [] }: Recipe,
): Partial<Workspace> {
  const known = findFamily(family)
  if (!known) return {}
  const others = sources.reduce<Edits>(withoutEdit, state.edits)
  return {
    edits: edits.reduce<Edits>((all, { document, way }) => withEdit(all, document, way), others),
    family,
    drafts: { ...state.drafts, [family]: adoptForm(known, draft) },
    sources: { ...state.sources, [family]: sources.slice(0, known.maxSources) },
    view: 'create',
  }
}

/** What the user is composing, the layout, and the settings. */
export const { useWorkspace, settingsNow } = createWorkspace({
  name: isDemo ? 'atelier-demo-workspace' : 'atelier-workspace',
  shared: () => globalThis.localStorage,
  own: () => globalThis.sessionStorage,
  watch: (listener) => globalThis.addEventListener?.('storage', listener),
})

/** The active family's complete draft. */
export function useDraft(family: string): Draft {
  const stored = useWorkspace((state) => state.drafts[family])
  const known = findFamily(family)
  return known ? adoptForm(known, stored ?? {}) : {}
}

const none: readonly PictureId[] = []

export function useSources(family: string): readonly PictureId[] {
  return useWorkspace((state) => state.sources[family] ?? none)
}

/** How an image is edited before it is sent: area, marks, frame. */
export function useEditOf(base: PictureId | undefined) {
  return useWorkspace(({ edits }) => (base === undefined ? undefined : edits[base]))
}
