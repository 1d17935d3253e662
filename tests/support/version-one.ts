import versionOne from '../fixtures/database-version-1.json' with { type: 'json' }

/** The records of a used gallery of version one: a number of images, and a run in each unfinished phase. */
export function imagesOfVersionOne(count: number) {
  const { runs, pictures } = versionOne.records
  const bytes = Array.from({ length: count }, (_, index) => ({
    id: `image-${index}`,
    mime: 'image/png',
    base64: pngNumber(index),
  }))
  return {
    runs: [...runs.slice(0, 1), ...unfinishedRuns()],
    pictures: bytes.map(({ id, base64 }, index) => {
      const { home: _home, ...record } = pictures[1] as { home?: string }
      const sizeBytes = Buffer.from(base64, 'base64').length
      return { ...record, id, shelf: 'gallery', createdAt: index, sizeBytes, order: ['gallery', -index, id] }
    }),
    thumbnails: bytes.map(({ id }) => ({ id, mime: 'image/jpeg', base64: '/9j/2Q==' })),
    originals: bytes,
  }
}

export function inOrder(records: readonly { id: string }[]): object[] {
  return records.toSorted((a, b) => (a.id < b.id ? -1 : 1))
}

function unfinishedRuns() {
  const task = { provider: 'kie-kontext', taskId: 'task-2' }
  const recipe = { family: 'flux-kontext', draft: { prompt: 'an owl', model: 'max' }, sources: [] }
  const states = [
    { phase: 'queued' },
    { phase: 'sending', sentAt: 1 },
    { phase: 'working', sentAt: 1, task },
    { phase: 'ready', sentAt: 1, finishedAt: 2, task, imageUrls: ['https://files.test/a.png'], spareUrls: [] },
    { phase: 'failed', failure: { kind: 'unconfirmed' }, chargePossible: true, sentAt: 1 },
  ]
  return states.map((state, index) => {
    const createdAt = 5_000 + index
    const about = { id: `half-${index}`, recipe, createdAt, priceCredits: 10, pace: 'flux-kontext-max' }
    return { ...about, ...state, order: [-createdAt, about.id], openSince: createdAt }
  })
}

/** A small PNG with a unique text chunk, so that no two have the same bytes. */
function pngNumber(index: number): string {
  const bytes = Buffer.from(versionOne.records.originals[0]?.base64 ?? '', 'base64')
  const text = Buffer.from(`0000tEXtn\0${String(index).padStart(4, '0')}0000`, 'latin1')
  text.writeUInt32BE(6, 0)
  return Buffer.concat([bytes.subarray(0, 33), text, bytes.subarray(33)]).toString('base64')
}
