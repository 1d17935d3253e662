import type { Subject } from '#acts/act.ts'
import type { ImageCommands } from '#acts/image-commands.ts'
import type { Rating } from '#acts/mark-commands.ts'

/** The meaning of a key in the survey, which has its own keys. */
export type Judgement =
  | { kind: 'move'; by: 1 | -1 }
  | { kind: 'source' }
  /** `advances`: goes on to the next image, if that is switched on. */
  | { kind: 'mark'; advances: boolean; perform(subject: Subject, commands: ImageCommands): Promise<void> }

const ratings: readonly Rating[] = [0, 1, 2, 3, 4, 5]

export function judge(key: string): Judgement | undefined {
  const rating = ratings.find((each) => `${each}` === key)
  if (rating !== undefined) return mark((subject, commands) => commands.rate(subject, rating))
  switch (key.toLowerCase()) {
    case 'arrowright':
      return { kind: 'move', by: 1 }
    case 'arrowleft':
    case 'backspace':
      return { kind: 'move', by: -1 }
    case ' ':
      return { kind: 'source' }
    case 'x':
      return mark((subject, commands) => commands.reject(subject, true))
    case 's':
      return mark((subject, commands) => commands.star(subject, true))
    case 'u':
      return { ...mark(clear), advances: false }
    default:
      return undefined
  }
}

function mark(perform: (subject: Subject, commands: ImageCommands) => Promise<void>) {
  return { kind: 'mark', advances: true, perform } as const
}

async function clear(subject: Subject, commands: ImageCommands): Promise<void> {
  await commands.reject(subject, false)
  await commands.star(subject, false)
  await commands.rate(subject, 0)
}
