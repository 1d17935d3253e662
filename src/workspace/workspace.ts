import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import type { PictureId } from '#domain/ids.ts'
import type { Draft, FallbackRule, Recipe } from '#domain/run.ts'
import { families, findFamily } from '#models/catalogue.ts'
import { adoptDraft } from '#models/model.ts'
import { isDemo } from './edition.ts'
import { readStaged, rememberStaged } from './staged.ts'

export type Theme = 'system' | 'dark' | 'light'
export type View = 'create' | 'stage' | 'tasks' | 'gallery'

interface Kept {
  family: string
  drafts: Readonly<Record<string, Draft>>
  /** Source pictures by family, in order; ids only, the bytes are in the store. */
  sources: Readonly<Record<string, readonly PictureId[]>>
  theme: Theme
  /** Column widths in px. */
  createWidth: number
  galleryWidth: number
  /** Empty: the address the page was built for. */
  proxyUrl: string
  /** The address of the proxy that took an access token here: its cookie goes along also from another origin. */
  enteredProxy: string
  /** How many runs may be out at the service at once; the rest wait here. */
  runsAtOnce: number
  /** Credits for one picture, and in a day, above which the user wants to be asked. 0: never. */
  askAbovePrice: number
  askAboveDay: number
  fallback: FallbackRule
  /** Say with a system notification that a run has ended. The browser has to allow it as well. */
  notifications: boolean
  /** A picture was made and kept in this browser: a store without any run has been cleared since. */
  hasKept: boolean
}

/** How two images are compared on the stage. */
export type CompareWay = 'slider' | 'side' | 'flip'

/** A comparison on the stage. B is always the staged image, so that every act on the stage means B. */
export interface Comparing {
  a: PictureId | undefined
  /** The chip that takes the next image chosen in the gallery or the strip. */
  takes: 'a' | 'b'
  way: CompareWay
}

interface Fleeting {
  /** The image on the stage. Remembered by this window over a reload. */
  selected: PictureId | undefined
  comparing: Comparing | undefined
  /** When the user last zoomed, compared or opened a tool, in epoch ms. 0: never. A later result does not take the stage. */
  touchedAt: number
  /** Raised each time the staged image has to be shown whole. */
  wholeRequests: number
  /** What a narrow window shows. */
  view: View
  /** The browser has deleted what was kept here. */
  isEvicted: boolean
}

export type Workspace = Kept &
  Fleeting & {
    chooseFamily(family: string): void
    editDraft(family: string, change: Draft): void
    setSources(family: string, sources: readonly PictureId[]): void
    /** Fills the form with a recipe: its family, draft and sources. */
    recall(recipe: Recipe): void
    select(picture: PictureId | undefined): void
    /** Puts an image that was brought in on the stage, whole; a comparison ends. */
    stage(picture: PictureId): void
    /** The user chose an image: the focused chip of a comparison takes it, else the stage. */
    choose(picture: PictureId): void
    /** Starts or changes the comparison; `undefined` ends it. */
    compare(change: Partial<Comparing> | undefined): void
    /** The user works on what is on the stage. */
    touch(): void
    show(view: View): void
    adjust(change: Partial<Omit<Kept, 'family' | 'drafts' | 'sources'>>): void
  }

const [first] = families
const initial: Kept = {
  family: first?.id ?? '',
  drafts: {},
  sources: {},
  theme: 'system',
  createWidth: 384,
  galleryWidth: 400,
  proxyUrl: '',
  enteredProxy: '',
  runsAtOnce: 8,
  askAbovePrice: 0,
  askAboveDay: 0,
  fallback: 'ask',
  notifications: false,
  hasKept: false,
}

/** What the user is composing, and how the room is arranged. The stored name needs a migration to change. */
export const useWorkspace = create<Workspace>()(
  persist(
    (set) => ({
      ...initial,
      selected: readStaged(),
      comparing: undefined,
      touchedAt: 0,
      wholeRequests: 0,
      view: readStaged() ? 'stage' : 'create',
      isEvicted: false,
      chooseFamily: (family) => set({ family }),
      editDraft: (family, change) =>
        set(({ drafts }) => ({ drafts: { ...drafts, [family]: { ...draftOf(drafts, family), ...change } } })),
      setSources: (family, sources) => set((state) => ({ sources: { ...state.sources, [family]: sources } })),
      recall: ({ family, draft, sources }) =>
        set((state) => {
          const known = findFamily(family)
          if (!known) return {}
          return {
            family,
            drafts: { ...state.drafts, [family]: adoptDraft(known, draft) },
            sources: { ...state.sources, [family]: sources.slice(0, known.maxSources) },
            view: 'create',
          }
        }),
      select: (selected) => set(selected === undefined ? { selected, comparing: undefined } : { selected }),
      stage: (selected) =>
        set((state) => ({ selected, comparing: undefined, touchedAt: 0, wholeRequests: state.wholeRequests + 1 })),
      choose: (id) =>
        set(({ comparing }) => (comparing?.takes === 'a' ? { comparing: { ...comparing, a: id } } : { selected: id })),
      compare: (change) =>
        set(({ comparing }) => ({
          comparing: change && { a: undefined, takes: 'a', way: 'slider', ...comparing, ...change },
          touchedAt: Date.now(),
        })),
      touch: () => set({ touchedAt: Date.now() }),
      show: (view) => set({ view }),
      adjust: (change) => set(change),
    }),
    {
      name: isDemo ? 'atelier-demo-workspace' : 'atelier-workspace',
      version: 1,
      partialize: (state): Kept => pick(state),
      merge: (stored, current) => ({ ...current, ...adoptKept(stored) }),
    },
  ),
)

useWorkspace.subscribe((state, before) => {
  if (state.selected !== before.selected) rememberStaged(state.selected)
})

function pick(state: Kept): Kept {
  const names = Object.keys(initial) as (keyof Kept)[]
  return Object.fromEntries(names.map((name) => [name, state[name]])) as unknown as Kept
}

function draftOf(drafts: Kept['drafts'], id: string): Draft {
  const family = findFamily(id)
  return family ? adoptDraft(family, drafts[id] ?? {}) : {}
}

/** What was stored, as far as it still makes sense: a damaged or older record never keeps the page from opening. */
function adoptKept(stored: unknown): Partial<Kept> {
  if (stored === null || typeof stored !== 'object') return {}
  const kept = Object.entries(initial).flatMap(([name, fallback]) => {
    const value = (stored as Record<string, unknown>)[name]
    return typeof value === typeof fallback && value !== null ? [[name, value]] : []
  })
  const adopted: Partial<Kept> = Object.fromEntries(kept)
  return findFamily(adopted.family ?? '') ? adopted : { ...adopted, family: initial.family }
}

/** The active family's draft, complete. */
export function useDraft(family: string): Draft {
  const stored = useWorkspace((state) => state.drafts[family])
  const known = findFamily(family)
  return known ? adoptDraft(known, stored ?? {}) : {}
}

const none: readonly PictureId[] = []

export function useSources(family: string): readonly PictureId[] {
  return useWorkspace((state) => state.sources[family] ?? none)
}
