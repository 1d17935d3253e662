import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { joinBytes } from '#imaging/container/bytes.ts'
import { crc32 } from '#imaging/container/crc32.ts'
import type { ImageMetadata } from '#imaging/metadata/image-metadata.ts'
import { readMetadata } from '#imaging/metadata/read-metadata.ts'
import { writeMetadata } from '#imaging/metadata/write-metadata.ts'
import { numbersFrom } from '../../../support/find-corpus.ts'

const formats = ['png', 'jpeg', 'webp'] as const
type Format = (typeof formats)[number]

const about: ImageMetadata = {
  width: 24,
  height: 16,
  digitalSource: 'trainedAlgorithmicMedia',
  prompt: 'ein Fuchs im Schnee & "Licht" <3\nв лесу, 狐, 🦊',
  model: 'Flux 2 Pro',
  rating: 4,
  tags: ['hero', 'Café'],
  recipe: JSON.stringify({ family: 'flux-2', draft: { prompt: 'a & b' } }),
}

const plain = {} as Record<Format, Uint8Array>

async function pixelsOf(bytes: Uint8Array): Promise<Buffer> {
  return sharp(bytes).ensureAlpha().raw().toBuffer()
}

const write = (format: Format, metadata = about, bytes = plain[format]) =>
  writeMetadata(bytes, `image/${format}`, metadata)

beforeAll(async () => {
  const random = numbersFrom(4)
  const data = Uint8Array.from({ length: 24 * 16 * 4 }, () => Math.floor(random() * 256))
  const image = sharp(data, { raw: { width: 24, height: 16, channels: 4 } }).withIccProfile('p3')
  for (const format of formats) plain[format] = new Uint8Array(await image.clone().toFormat(format).toBuffer())
})

describe.each(formats)('metadata in a %s', (format) => {
  it('leaves pixels and profile as they are', async () => {
    const written = write(format)
    expect(await pixelsOf(written)).toEqual(await pixelsOf(plain[format]))
    const { icc } = await sharp(written).metadata()
    expect(icc).toEqual((await sharp(plain[format]).metadata()).icc)
    expect(icc?.byteLength).toBeGreaterThan(100)
  })

  it('gives prompt, model, size and our recipe back', async () => {
    expect(await readMetadata(write(format))).toEqual({
      contentCredentials: false,
      recipe: {
        program: 'Atelier',
        prompt: about.prompt,
        model: 'Flux 2 Pro',
        width: 24,
        height: 16,
        recipe: about.recipe,
      },
    })
  })

  it('names the digital source, the marks and the model where other programs look', async () => {
    const xmp = (await sharp(write(format)).metadata()).xmpAsString ?? ''
    for (const part of [
      '<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia<',
      '<Iptc4xmpExt:AISystemUsed>Flux 2 Pro<',
      '<xmp:Rating>4<',
      '<rdf:li>Café<',
      'ein Fuchs im Schnee &amp; &quot;Licht&quot; &lt;3',
    ])
      expect(xmp).toContain(part)
  })

  it('written twice is the same to the byte, and written anew replaces the old', async () => {
    const once = write(format)
    expect(write(format, about, once)).toEqual(once)
    const next = write(format, { ...about, prompt: 'another' }, once)
    expect(next).toEqual(write(format, { ...about, prompt: 'another' }))
  })

  it('for clients says nothing of prompt and recipe, and keeps the digital source', async () => {
    const written = write(format, { width: 24, height: 16, digitalSource: 'compositeWithTrainedAlgorithmicMedia' })
    const text = new TextDecoder('latin1').decode(written)
    expect(text).toContain('compositeWithTrainedAlgorithmicMedia')
    for (const word of ['parameters', 'UNICODE', 'atelier:recipe', 'AIPromptInformation'])
      expect(text).not.toContain(word)
    expect((await readMetadata(written)).recipe).toBeUndefined()
  })

  it('takes control characters and halves of letters', async () => {
    const written = write(format, { ...about, prompt: 'a\u0000b\u0007c\ud83d' })
    const xmp = (await sharp(written).metadata()).xmpAsString ?? ''
    expect(xmp).toContain('<Iptc4xmpExt:AIPromptInformation>a\ufffdb\ufffdc\ufffd<')
  })

  it('I13 never throws for 2,000 damaged files', async () => {
    const random = numbersFrom(9)
    const whole = write(format)
    for (let times = 0; times < 2_000; times++) {
      const bytes = new Uint8Array(
        whole.subarray(0, random() < 0.3 ? Math.floor(random() * whole.length) : whole.length),
      )
      for (let change = 0; change < 8; change++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
      await expect(readMetadata(bytes)).resolves.toHaveProperty('contentCredentials')
      expect(() => writeMetadata(bytes, `image/${format}`, about)).not.toThrow()
    }
  })

  it('is not written into a file of another type', () => {
    const bytes = new TextEncoder().encode('no image at all, but long enough for a header')
    expect(writeMetadata(bytes, `image/${format}`, about)).toBe(bytes)
  })
})

function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(data.length + 12)
  new DataView(bytes.buffer).setUint32(0, data.length)
  bytes.set(new TextEncoder().encode(type), 4)
  bytes.set(data, 8)
  new DataView(bytes.buffer).setUint32(bytes.length - 4, crc32(bytes.subarray(4, -4)))
  return bytes
}

const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0))

/** The plain PNG with another chunk after its header. */
function withChunk(type: string, data: Uint8Array): Uint8Array {
  return joinBytes([plain.png.subarray(0, 33), pngChunk(type, data), plain.png.subarray(33)])
}

const text = (keyword: string, value: string) => withChunk('tEXt', latin1(`${keyword}\0${value}`))

async function deflated(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([data]).stream().pipeThrough(new CompressionStream('deflate'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

describe('files of other programs', () => {
  it('A1111: prompt, negative prompt, size and model', async () => {
    const parameters =
      'a castle, (oil:1.2)\nsecond line\nNegative prompt: blurry,\nugly\nSteps: 20, Sampler: Euler a, CFG scale: 7, Size: 512x768, Model hash: abc, Model: "sd, xl", Version: v1.9'
    expect((await readMetadata(text('parameters', parameters))).recipe).toEqual({
      program: 'A1111',
      prompt: 'a castle, (oil:1.2)\nsecond line',
      negativePrompt: 'blurry,\nugly',
      model: 'sd, xl',
      width: 512,
      height: 768,
    })
  })

  it('SwarmUI', async () => {
    const value = {
      sui_image_params: { prompt: 'a castle', negativeprompt: '', model: 'flux1-dev', width: 1024, height: 768 },
    }
    expect((await readMetadata(text('parameters', JSON.stringify(value, undefined, 2)))).recipe).toEqual({
      program: 'SwarmUI',
      prompt: 'a castle',
      model: 'flux1-dev',
      width: 1024,
      height: 768,
    })
  })

  it.each([
    [
      {
        positive_prompt: 'a castle',
        negative_prompt: 'blurry',
        width: 512,
        height: 640,
        model: { name: 'juggernaut' },
      },
    ],
    [{ model_weights: 'juggernaut', image: { prompt: [{ prompt: 'a castle', weight: 1 }], width: 512, height: 640 } }],
  ])('InvokeAI, new and old', async (metadata) => {
    expect((await readMetadata(text('invokeai_metadata', JSON.stringify(metadata)))).recipe).toMatchObject({
      program: 'InvokeAI',
      prompt: 'a castle',
      model: 'juggernaut',
      width: 512,
      height: 640,
    })
  })

  const graph = {
    '3': { class_type: 'KSampler', inputs: { positive: ['9', 0], negative: ['7', 0], latent_image: ['5', 0] } },
    '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'flux.safetensors' } },
    '5': { class_type: 'EmptyLatentImage', inputs: { width: 768, height: 512, batch_size: 1 } },
    '6': { class_type: 'CLIPTextEncode', inputs: { text: ['8', 0] } },
    '7': { class_type: 'CLIPTextEncode', inputs: { text: 'blurry' } },
    '8': { class_type: 'PrimitiveString', inputs: { value: 'a castle' } },
    '9': { class_type: 'FluxGuidance', inputs: { conditioning: ['6', 0], guidance: 3.5 } },
  }
  const fromComfy = {
    program: 'ComfyUI',
    prompt: 'a castle',
    negativePrompt: 'blurry',
    model: 'flux.safetensors',
    width: 768,
    height: 512,
  }

  it('ComfyUI: the text that reaches the sampler, also over other nodes', async () => {
    expect((await readMetadata(text('prompt', JSON.stringify(graph)))).recipe).toEqual(fromComfy)
  })

  const sampler = { class_type: 'KSampler', inputs: { positive: ['p', 0], negative: ['p', 1] } }
  const castle = { class_type: 'CLIPTextEncode', inputs: { text: 'a castle' } }
  const blurry = { class_type: 'CLIPTextEncode', inputs: { text: 'blurry' } }
  const flag = (value: boolean) => ({ class_type: 'PrimitiveBoolean', inputs: { value } })
  it.each<[string, object, object]>([
    [
      'a ControlNet, through which both prompts go',
      { p: { class_type: 'ControlNetApplyAdvanced', inputs: { negative: ['n', 0], positive: ['c', 0] } } },
      { negativePrompt: 'blurry' },
    ],
    [
      'an emptied negative prompt',
      {
        s: { class_type: 'KSampler', inputs: { positive: ['c', 0], negative: ['z', 0] } },
        z: { class_type: 'ConditioningZeroOut', inputs: { conditioning: ['c', 0] } },
      },
      {},
    ],
    [
      'a loader that has the prompts itself',
      {
        p: {
          class_type: 'Efficient Loader',
          inputs: { ckpt_name: 'flux.safetensors', positive: 'a castle', negative: 'blurry' },
        },
      },
      { negativePrompt: 'blurry', model: 'flux.safetensors' },
    ],
    [
      'joined texts, and a display in between',
      {
        s: { class_type: 'KSampler', inputs: { positive: ['e', 0] } },
        e: { class_type: 'CLIPTextEncode', inputs: { text: ['d', 0] } },
        d: { class_type: 'PreviewAny', inputs: { source: ['j', 0] } },
        j: { class_type: 'StringConcatenate', inputs: { string_a: 'a', string_b: ['v', 0], delimiter: ' ' } },
        v: { class_type: 'PrimitiveStringMultiline', inputs: { value: 'castle' } },
      },
      {},
    ],
    ...[true, false].map((isOn): [string, object, object] => [
      `a switch that is ${isOn ? 'on' : 'off'}`,
      {
        s: { class_type: 'KSampler', inputs: { positive: ['e', 0] } },
        e: { class_type: 'CLIPTextEncode', inputs: { text: ['w', 0] } },
        w: {
          class_type: 'ComfySwitchNode',
          inputs: { switch: ['f', 0], on_true: [isOn ? 'c' : 'n', 0], on_false: [isOn ? 'n' : 'c', 0] },
        },
        f: flag(isOn),
      },
      {},
    ]),
    [
      'a text of a language model, which is not in the file',
      {
        s: { class_type: 'KSampler', inputs: { positive: ['e', 0] } },
        e: { class_type: 'CLIPTextEncode', inputs: { text: ['w', 0] } },
        w: { class_type: 'ComfySwitchNode', inputs: { switch: true, on_true: ['t', 0], on_false: ['c', 0] } },
        t: { class_type: 'TextGenerate', inputs: { prompt: 'You write prompts.' } },
      },
      {},
    ],
    [
      'a model whose name comes from another node',
      {
        s: { class_type: 'KSampler', inputs: { positive: ['c', 0] } },
        l: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: ['x', 0] } },
        m: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'flux.safetensors' } },
      },
      { model: 'flux.safetensors' },
    ],
  ])('ComfyUI with %s', async (_, nodes, others) => {
    const value = JSON.stringify({ s: sampler, n: blurry, c: castle, ...nodes })
    expect((await readMetadata(text('prompt', value))).recipe).toEqual({
      program: 'ComfyUI',
      prompt: 'a castle',
      ...others,
    })
  })

  it('A1111 with lines of an extension after its own', async () => {
    const parameters = 'a castle\nSteps: 20, Size: 512x768, Model: sdxl, Version: v1.9\nTemplate: a {castle|barn}\n'
    expect((await readMetadata(text('parameters', parameters))).recipe).toEqual({
      program: 'A1111',
      prompt: 'a castle',
      model: 'sdxl',
      width: 512,
      height: 768,
    })
  })

  it('ComfyUI in a compressed text', async () => {
    const data = joinBytes([latin1('prompt\0\0'), await deflated(latin1(JSON.stringify(graph)))])
    expect((await readMetadata(withChunk('zTXt', data))).recipe).toEqual(fromComfy)
  })

  it('ComfyUI in the EXIF block of a WebP', async () => {
    const bytes = await sharp(plain.webp)
      .withExif({ IFD0: { Model: `prompt:${JSON.stringify(graph)}` } })
      .webp()
      .toBuffer()
    expect((await readMetadata(new Uint8Array(bytes))).recipe).toEqual(fromComfy)
  })

  it.each([
    [
      'a graph that leads in a circle',
      'prompt',
      JSON.stringify({ '1': { class_type: 'KSampler', inputs: { positive: ['1', 0] } } }),
    ],
    [
      'a graph in which every input leads to the next node',
      'prompt',
      JSON.stringify(
        Object.fromEntries(
          Array.from({ length: 64 }, (_, n) => {
            const next = [String(n + 1), 0]
            return [n, { class_type: 'KSampler', inputs: { positive: next, text: next, prompt: next, value: next } }]
          }),
        ),
      ),
    ],
    ['JSON that is nested too deep', 'prompt', `${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`],
    ['JSON cut short', 'invokeai_metadata', '{"positive_prompt": "a'],
    ['a size of gigabytes', 'parameters', 'x'],
    ['a line of a million letters', 'parameters', 'a '.repeat(2 ** 19)],
    ['a line of a million letters and colons', 'parameters', 'a:"\\"'.repeat(2 ** 18)],
    [
      'names of built-in members',
      'prompt',
      '{"__proto__": {"class_type": "KSampler", "inputs": {"positive": ["constructor", 0]}}}',
    ],
  ])('%s gives nothing', async (_, keyword, value) => {
    expect((await readMetadata(text(keyword, value))).recipe).toBeUndefined()
  })

  it('a text that grows to 300 MB is not unpacked', async () => {
    const data = joinBytes([latin1('parameters\0\0'), await deflated(new Uint8Array(300 * 2 ** 20))])
    const before = process.memoryUsage().rss
    expect((await readMetadata(withChunk('zTXt', data))).recipe).toBeUndefined()
    expect(process.memoryUsage().rss - before).toBeLessThan(120 * 2 ** 20)
  })
})

describe('a crafted PNG', () => {
  const beyond = withLength(0xffffffff)
  it.each<[string, () => Uint8Array | Promise<Uint8Array>]>([
    ['a chunk of 4 GB that is not there', () => beyond()],
    ['a chunk whose checksum is wrong', () => changed(text('parameters', 'a\nSteps: 1, Size: 1x1, Model: x'), -20)],
    ['two headers', () => joinBytes([plain.png.subarray(0, 33), plain.png.subarray(8)])],
    ['no header', () => joinBytes([plain.png.subarray(0, 8), plain.png.subarray(33)])],
    ['no end', () => plain.png.subarray(0, -12)],
    ['a keyword without an end', () => withChunk('tEXt', latin1('x'.repeat(5_000)))],
    ['a text that says it is compressed', () => withChunk('iTXt', latin1('parameters\0\x01\0\0\0no deflate'))],
  ])('I13 with %s is read and written without a throw', async (_, make) => {
    const bytes = await make()
    expect((await readMetadata(bytes)).contentCredentials).toBe(false)
    expect(write('png', about, bytes).length).toBeGreaterThanOrEqual(bytes.length)
  })

  function withLength(length: number) {
    return () => {
      const bytes = text('parameters', 'a')
      new DataView(bytes.buffer).setUint32(33, length)
      return bytes
    }
  }

  function changed(bytes: Uint8Array, at: number): Uint8Array {
    const copy = new Uint8Array(bytes)
    const index = at < 0 ? copy.length + at : at
    copy[index] = (copy[index] ?? 0) ^ 255
    return copy
  }
})

describe('a file with Content Credentials', () => {
  const jumbf = latin1('JP\0\x01\0\0\0\x01jumb')

  it.each<[Format, () => Uint8Array]>([
    ['png', () => withChunk('caBX', jumbf)],
    [
      'jpeg',
      () =>
        joinBytes([plain.jpeg.subarray(0, 2), latin1('\xff\xeb\0\x0e'), jumbf.subarray(0, 12), plain.jpeg.subarray(2)]),
    ],
    [
      'webp',
      () => {
        const body = joinBytes([plain.webp.subarray(8), latin1('C2PA\x0c\0\0\0'), jumbf.subarray(0, 12)])
        const head = latin1('RIFF\0\0\0\0')
        new DataView(head.buffer).setUint32(4, body.length, true)
        return joinBytes([head, body])
      },
    ],
  ])('%s is told, and never changed', async (format, make) => {
    const signed = make()
    expect((await readMetadata(signed)).contentCredentials).toBe(true)
    expect(write(format, about, signed)).toBe(signed)
  })
})
