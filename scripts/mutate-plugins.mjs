// What `npm run mutate` gives to the mutation testing tool, which loads this file itself, also in its workers.

/** Called with each result as soon as it is known, and with the tests as they ran without a break. */
export const listeners = { onResult: (_result) => {}, onTests: (_tests) => {} }

const logLevels = new Set(['trace', 'debug', 'info', 'warn', 'error', 'fatal'])

export const strykerPlugins = [
  {
    kind: 'Reporter',
    name: 'listeners',
    value: {
      onDryRunCompleted: ({ result }) => listeners.onTests(result.tests),
      onMutantTested: (result) => listeners.onResult(result),
    },
  },
  {
    kind: 'Ignore',
    name: 'log-messages',
    value: { shouldIgnore: (path) => (isLogMessage(path) ? 'The message of a log line.' : undefined) },
  },
]

function isLogMessage({ node, parent }) {
  const isText = node.type === 'StringLiteral' || node.type === 'TemplateLiteral'
  if (!isText || !parent?.type.endsWith('CallExpression')) return false
  const { object, property } = parent.callee
  return object?.name === 'log' && logLevels.has(property?.name)
}
