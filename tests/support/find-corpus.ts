import type { BatchId, CollectionId, PictureId } from '#domain/ids.ts'
import { labelColours } from '#domain/marks.ts'
import type { Row } from '#library/find/row.ts'

/** Words of prompts in eight languages; each list is enough for many different prompts. */
const vocabularies: Readonly<Record<string, readonly string[]>> = {
  en: 'a quiet harbour at dawn with fishing boats and soft light over the hills portrait of an old sailor studio product shot glass bottle on marble'.split(
    ' ',
  ),
  de: 'eine ruhige Straße im Süden mit größeren Häusern über dem Fluß und spätem Licht auf Äpfeln schöne Übersicht Gemälde'.split(
    ' ',
  ),
  fr: 'une forêt éclairée à côté du château où naît le printemps garçon façade crème œuvre Noël très légère'.split(' '),
  ru: 'тихая гавань на рассвете с рыбацкими лодками ёлка ещё портрет старого моряка стеклянная бутылка'.split(' '),
  vi: 'một bến cảng yên tĩnh lúc bình minh với những chiếc thuyền đánh cá và ánh sáng dịu dàng Đà Nẵng'.split(' '),
  zh: '清晨宁静的港口 渔船 柔和的光线 老水手的肖像 大理石上的玻璃瓶 山丘 城市夜景'.split(' '),
  ja: '夜明けの静かな港 漁船 柔らかな光 ガラスの瓶 かがみ がっこう カメラ ガラス 古い船員の肖像画'.split(' '),
  hi: 'भोर में शांत बंदरगाह मछली पकड़ने वाली नावें कोमल रोशनी बूढ़े नाविक का चित्र काँच की बोतल'.split(' '),
}

/** The same numbers for the same seed (mulberry32). */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const models = ['Flux Kontext Pro', 'Flux Kontext Max', 'Flux 2 Pro', 'Flux 2 Flex', '']
const ratios = ['1:1', '16:9', '3:4', '4:3']
const tags = ['client', 'draft', 'hero', 'Café']

/** Distinct invented image records with all kinds of marks. */
export function rowsOf(count: number, seed = 1): Row[] {
  const random = numbersFrom(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T
  const languages = Object.values(vocabularies)
  return Array.from({ length: count }, (_, index) => {
    const words = pick(languages)
    const prompt = Array.from({ length: 8 + Math.floor(random() * 24) }, () => pick(words)).join(' ')
    const colour = random() < 0.2 ? pick(labelColours) : undefined
    return {
      id: `image-${String(index).padStart(6, '0')}` as PictureId,
      shelf: random() < 0.1 ? 'bin' : 'gallery',
      createdAt: 1_760_000_000_000 + Math.floor(random() * 86_400_000 * 60),
      prompt: `${prompt} ${index}`,
      file: random() < 0.2 ? `Datei-${index}.jpg` : '',
      model: pick(models),
      ratio: pick(ratios),
      width: pick([1024, 1392, 880]),
      height: pick([1024, 752, 1184]),
      sizeBytes: 400_000,
      kind: random() < 0.2 ? 'dropped' : 'made',
      simulated: random() < 0.3,
      edited: random() < 0.5,
      star: random() < 0.2,
      reject: random() < 0.1,
      rating: random() < 0.5 ? 0 : Math.floor(random() * 6),
      ...(colour ? { colour } : {}),
      note: random() < 0.1 ? 'für den Kunden' : '',
      tags: random() < 0.3 ? [pick(tags)] : [],
      collections: random() < 0.3 ? [pick(['c1', 'c2']) as CollectionId] : [],
      ...(random() < 0.1 ? { batch: `batch-${Math.floor(random() * 20)}` as BatchId } : {}),
    } satisfies Row
  })
}
