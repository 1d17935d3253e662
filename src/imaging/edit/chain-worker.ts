import { type ChainReply, type LayInJob, layInNow } from './lay-in-file.ts'

self.onmessage = async ({ data }: MessageEvent<LayInJob>) => {
  const tell = (reply: ChainReply) => self.postMessage(reply)
  await layInNow(data, (step) => tell({ kind: 'step', step })).then(
    (result) => tell({ kind: 'done', result }),
    (error: unknown) => tell({ kind: 'failed', reason: error instanceof Error ? error.message : 'unknown' }),
  )
}
