import { create } from 'zustand'
import { persist } from 'zustand/middleware'
import type { PictureId } from '#domain/ids.ts'
import type { Draft, FallbackRule, Recipe } from '#domain/run.ts'
import { families, findFamily } from '#models/catalogue.ts'
import { adoptDraft } from '#models/model.ts'
import { isDemo } from './edition.ts'

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

interface Fleeting {
  /** The picture on the stage. */
  selected: PictureId | undefined
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
      selected: undefined,
      view: 'create',
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
      select: (selected) => set({ selected }),
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
