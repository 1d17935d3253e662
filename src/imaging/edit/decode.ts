import type { Loss } from '#domain/laying.ts'
import { fromSrgb, isSrgb, type MatrixProfile, readIcc } from '../colour-profile.ts'
import { type ImageHeader, isDeep, readHeader } from '../image-header.ts'
import { findIcc, readProfile } from '../read-profile.ts'
import { type PngPart, packProfile, readPng } from './png-reader.ts'
import { writePng } from './png-writer.ts'
import { makePixels, type Pixels } from './raster.ts'

export interface DecodedSource {
  /** Upright. */
  pixels: Pixels
  /** To be copied into the PNG made from it. */
  colour: readonly PngPart[]
  /** The colour space of the pixels, if it is not sRGB. */
  profile?: MatrixProfile
  losses: readonly Loss[]
}

const notRead = 'The source image could not be read.'

/** The user's file with its pixels unchanged. Rejects with an Error if this browser cannot read it. */
export async function decodeSource(file: Blob): Promise<DecodedSource> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  const header = readHeader(bytes)
  if (!header) return decodeConverted(file, [])
  const icc = await findIcc(header, bytes)
  const profile = icc && readIcc(icc)
  const losses: Loss[] = isDeep(header, bytes) ? ['depth'] : []
  // The browser decodes a PNG that is not upright, as it does for the file that is sent.
  const isReadHere = header.kind === 'png' && header.orientation === 1 && (!icc || profile)
  const png = isReadHere ? await readPng(bytes) : undefined
  if (png) {
    return { pixels: png.pixels, colour: png.colour, losses, ...(profile && !isSrgb(profile) ? { profile } : {}) }
  }
  if ((await readProfile(header, bytes)) === 'srgb') return decodeConverted(file, losses)
  const chunk = profile && icc && canKeepColours(header) ? await packProfile(icc) : undefined
  if (!profile || !chunk || !(await keepsColours(chunk))) return decodeConverted(file, [...losses, 'profile'])
  const pixels = await decodeByBrowser(file, 'none', notRead)
  return { pixels, colour: [chunk], profile, losses: [...losses, ...lossOfAlpha(pixels)] }
}

/** In sRGB, as the browser converts it. */
async function decodeConverted(file: Blob, losses: readonly Loss[]): Promise<DecodedSource> {
  const pixels = await decodeByBrowser(file, 'default', notRead)
  return { pixels, colour: [], losses: [...losses, ...lossOfAlpha(pixels)] }
}

/** The decoders of these formats may convert colours even if they are asked not to. */
function canKeepColours({ kind }: ImageHeader): boolean {
  return kind !== 'avif' && kind !== 'heic'
}

/** Upright, in sRGB, whatever the file's colours are. Rejects with an Error if this browser cannot read it. */
export function decodeSrgb(file: Blob): Promise<Pixels> {
  return decodeByBrowser(file, 'default', 'The image could not be read.')
}

/** The answer in the source's colour space. Rejects with an Error if this browser cannot read it. */
export async function decodeAnswer(file: Blob, { profile }: DecodedSource): Promise<Pixels> {
  const pixels = await decodeByBrowser(file, 'default', 'The answer could not be read.')
  if (profile) fromSrgb(pixels.data, profile)
  return pixels
}

/** A canvas multiplies colours by their alpha and divides again: only opaque and empty pixels stay exact. */
function lossOfAlpha({ data }: Pixels): Loss[] {
  for (let at = 3; at < data.length; at += 4) {
    const alpha = data[at] ?? 0
    if (alpha > 0 && alpha < 255) return ['alpha']
  }
  return []
}

/** Whether this browser leaves pixels unchanged when asked to, tested with one pixel and the same profile. */
async function keepsColours(profile: PngPart): Promise<boolean> {
  const probe = makePixels(1, 1)
  probe.data.set([200, 60, 30, 255])
  const decoded = await decodeByBrowser(await writePng(probe, [profile]), 'none', notRead).catch(() => undefined)
  return decoded !== undefined && probe.data.every((value, at) => decoded.data[at] === value)
}

async function decodeByBrowser(file: Blob, colours: ColorSpaceConversion, failure: string): Promise<Pixels> {
  const options = { imageOrientation: 'from-image', premultiplyAlpha: 'none', colorSpaceConversion: colours } as const
  const bitmap = await createImageBitmap(file, options).catch(() => {
    throw new Error(failure)
  })
  const { width, height } = bitmap
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) throw new Error(failure)
  context.drawImage(bitmap, 0, 0)
  bitmap.close()
  const { data } = context.getImageData(0, 0, width, height)
  // Setting a side frees the canvas at once instead of at the next garbage collection.
  canvas.width = 0
  return { data, width, height }
}
