import type { Subject, SurveyAct } from './act.ts'
import type { ImageCommands } from './image-commands.ts'
import type { Rating } from './mark-commands.ts'

const survey = { on: 'survey', where: 'anywhere', during: 'survey', undoable: true } as const

const ratings: readonly Rating[] = [1, 2, 3, 4, 5, 0]
/** Keys 0 to 5. */
const rateActs: readonly SurveyAct[] = ratings.map((rating) => ({
  ...survey,
  id: `survey-rate-${rating}`,
  label: rating === 0 ? 'No rating' : `Rate ${rating}`,
  keys: [`${rating}`],
  perform: (view) => view.judge((subject, commands) => commands.rate(subject, rating)),
}))

/** The keys of the survey. Those with a `word` are named below its image. */
export const surveyActs: readonly SurveyAct[] = [
  {
    ...survey,
    id: 'survey-keep',
    label: 'Keep, and go on',
    word: 'keep',
    keys: ['right'],
    undoable: false,
    perform: (view) => view.go(1),
  },
  {
    ...survey,
    id: 'survey-reject',
    label: 'Reject',
    word: 'reject',
    keys: ['x'],
    perform: (view) => view.judge((subject, commands) => commands.reject(subject, true)),
  },
  {
    ...survey,
    id: 'survey-star',
    label: 'Star',
    word: 'star',
    keys: ['s'],
    perform: (view) => view.judge((subject, commands) => commands.star(subject, true)),
  },
  ...rateActs,
  {
    ...survey,
    id: 'survey-clear',
    label: 'Clear star, rating and reject',
    word: 'clear',
    keys: ['u'],
    perform: (view) => view.judge(clear, 'stays'),
  },
  {
    ...survey,
    id: 'survey-source',
    label: 'Show the source',
    word: 'source',
    keys: ['space'],
    undoable: false,
    perform: (view) => view.turnSource(),
  },
  {
    ...survey,
    id: 'survey-back',
    label: 'Go back',
    word: 'back',
    keys: ['left', 'backspace'],
    undoable: false,
    perform: (view) => view.go(-1),
  },
]

async function clear(subject: Subject, commands: ImageCommands): Promise<void> {
  await commands.reject(subject, false)
  await commands.star(subject, false)
  await commands.rate(subject, 0)
}
