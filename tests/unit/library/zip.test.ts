import { describe, expect, it } from 'vitest'
import { withWholeEnd, zipOf } from '#library/zip.ts'

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts)
}

/** An archive's end of 300 bytes, cut into parts of the given size. */
function ended(partBytes: number, start = Buffer.alloc(300, 7)) {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt32LE(200, 12)
  end.writeUInt32LE(100, 16)
  const whole = Buffer.concat([start, end])
  return new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < whole.length; at += partBytes) controller.enqueue(whole.subarray(at, at + partBytes))
      controller.close()
    },
  })
}

describe('an archive', () => {
  it.each([1, 5, 21, 42, 43, 322])(
    'of 70,000 entries has the later form of the end as well (parts of %i bytes)',
    async (partBytes) => {
      const written = await bytesOf(ended(partBytes).pipeThrough(withWholeEnd(() => 70_000)))
      expect(written.length).toBe(300 + 56 + 20 + 22)
      expect(written.subarray(0, 300)).toEqual(Buffer.alloc(300, 7))
      expect(written.readUInt32LE(300)).toBe(0x06064b50)
      expect([written.readBigUInt64LE(324), written.readBigUInt64LE(332)]).toEqual([70_000n, 70_000n])
      expect([written.readBigUInt64LE(340), written.readBigUInt64LE(348)]).toEqual([200n, 100n])
      expect(written.readUInt32LE(356)).toBe(0x07064b50)
      expect(written.readBigUInt64LE(364)).toBe(300n)
      expect(written.readUInt32LE(376)).toBe(0x06054b50)
    },
  )

  it('with fewer entries, or with ZIP64 records already, is unchanged', async () => {
    const few = await bytesOf(ended(50).pipeThrough(withWholeEnd(() => 65_534)))
    expect(few).toEqual(await bytesOf(ended(322)))
    const start = Buffer.alloc(300)
    start.writeUInt32LE(0x07064b50, 280)
    const large = await bytesOf(ended(50, start).pipeThrough(withWholeEnd(() => 70_000)))
    expect(large).toEqual(await bytesOf(ended(322, start)))
  })

  it('contains its files unchanged, and fails with the error of their source', async () => {
    const zip = await bytesOf(await zipOf([{ name: 'füchse.txt', input: 'a red fox' }]))
    expect(zip.includes('a red fox')).toBe(true)
    async function* failing() {
      yield { name: 'a', input: 'a' }
      throw new DOMException('Stopped.', 'AbortError')
    }
    await expect(zipOf(failing()).then(bytesOf)).rejects.toMatchObject({ name: 'AbortError' })
  })
})
