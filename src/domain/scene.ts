/** The parts of a scene, all optional. */
export type ScenePart = 'subject' | 'action' | 'place' | 'light' | 'camera' | 'mood' | 'style' | 'colours'
export type Scene = Readonly<Partial<Record<ScenePart, string>>>

const sentences = [
  ['light', 'The light is'],
  ['camera', 'The camera is'],
  ['mood', 'The mood is'],
  ['style', 'The style is'],
  ['colours', 'The colours are'],
] as const

/** The scene as sentences, the subject first, because models weigh the beginning most. Empty if no part is given. */
export function writeScene(scene: Scene): string {
  const part = (name: ScenePart) => (scene[name] ?? '').trim().replace(/[.\s]+$/u, '')
  const doing = [part('subject'), part('action')].filter((text) => text !== '').join(' ')
  const first = [doing, part('place')].filter((text) => text !== '').join(', ')
  const rest = sentences.flatMap(([name, start]) => (part(name) === '' ? [] : [`${start} ${part(name)}.`]))
  return [...(first === '' ? [] : [`${capital(first)}.`]), ...rest].join(' ')
}

function capital(text: string): string {
  const [first = ''] = text
  return first.toLocaleUpperCase() + text.slice(first.length)
}
