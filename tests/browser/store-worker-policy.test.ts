import { expect, test } from 'vitest'

/** A page with the product's policy for scripts, which reports its results in a message. */
function runUnderPolicy(script: string): Promise<unknown> {
  const html = `<!doctype html>
    <meta http-equiv="Content-Security-Policy" content="require-trusted-types-for 'script'; trusted-types app">
    <script type="module">
      const { openWorker } = await import('${location.origin}/src/platform/trusted-worker.ts')
      ${script}
    </script>`
  return new Promise((resolve) => {
    const frame = document.createElement('iframe')
    const url = URL.createObjectURL(new Blob([html], { type: 'text/html' }))
    addEventListener('message', function hear({ data, source }) {
      if (source !== frame.contentWindow) return
      removeEventListener('message', hear)
      frame.remove()
      URL.revokeObjectURL(url)
      resolve(data)
    })
    frame.src = url
    document.body.append(frame)
  })
}

test('workers start under a policy that forbids plain addresses, as many as there are', async () => {
  const answer = await runUnderPolicy(`
    const told = []
    const url = '${location.origin}/src/store/picture-worker.ts?worker_file&type=module'
    try { new Worker(url) } catch (error) { told.push('plain: ' + error.name) }
    for (const name of ['first', 'second']) {
      const worker = openWorker(url, name)
      worker.postMessage({ kind: 'open', database: 'policy' })
      worker.postMessage({ kind: 'call', call: 1, ask: { act: 'original', id: 'none' } })
      const kind = await new Promise((resolve) => {
        worker.onmessage = ({ data }) => data.call === 1 && resolve(data.kind)
        worker.onerror = () => resolve('error')
      })
      told.push(name + ': ' + kind)
      worker.terminate()
    }
    parent.postMessage(told, '*')
  `)
  expect(answer).toEqual(['plain: TypeError', 'first: done', 'second: done'])
  indexedDB.deleteDatabase('policy')
})

test('a script of another origin starts no worker', async () => {
  const answer = await runUnderPolicy(`
    try {
      openWorker('https://elsewhere.example/worker.js', 'foreign')
      parent.postMessage('started', '*')
    } catch (error) {
      parent.postMessage(error.message, '*')
    }
  `)
  expect(answer).toContain('https://elsewhere.example')
})
