import * as z from 'zod/mini'
import { extensionOf, sniffImage } from '#domain/picture.ts'
import { belowApikley, type Files, mimeOf } from './files.ts'
import type { Journal } from './journal.ts'

interface UploadsOptions {
  files: Files
  journal: Journal
  now: () => number
  newId: () => string
  isAuthorized: (request: Request) => boolean
}

interface Parcel {
  bytes: Uint8Array
  uploadPath: string
  fileName: string
}

/** A refusal in the upload host's own words. */
class UploadRefusal extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

const Path = { uploadPath: z.optional(z.string()), fileName: z.optional(z.string()) }
const Base64Upload = z.object({ base64Data: z.optional(z.string()), ...Path })
const UrlUpload = z.object({ fileUrl: z.optional(z.string()), ...Path })

const cors = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, PUT, DELETE, OPTIONS',
  'access-control-allow-headers': 'Content-Type, Authorization',
}

/**
 * The three ways to upload, on a host with its own envelope, and below a path of the other gateway. docs/services.md 4
 * and 7.
 */
export function createUploads(
  options: UploadsOptions,
): Readonly<Record<string, (request: Request) => Promise<Response>>> {
  const { files, journal, now, newId, isAuthorized } = options

  function store({ bytes, uploadPath, fileName }: Parcel, below: string): unknown {
    const mime = sniffImage(bytes)
    const name = clean(fileName) || `${now()}-${newId().slice(0, 8)}.${mime ? extensionOf(mime) : 'bin'}`
    const filePath = ['kieai/100001', clean(uploadPath), name].filter((part) => part !== '').join('/')
    const downloadUrl = files.storeUpload(filePath, bytes, below)
    journal.uploads.push({ path: filePath, sizeBytes: bytes.byteLength, mime: mimeOf(bytes) })
    return {
      success: true,
      fileName: name,
      filePath,
      downloadUrl,
      fileSize: bytes.byteLength,
      mimeType: mimeOf(bytes),
      uploadedAt: new Date(now()).toISOString(),
    }
  }

  const route = (below: string, read: (request: Request) => Promise<Parcel>) => async (request: Request) => {
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: cors })
    try {
      if (request.method !== 'POST') throw new UploadRefusal(405, 'Method not allowed')
      if (!isAuthorized(request)) throw new UploadRefusal(401, 'Authentication failed: Invalid API Key')
      const data = store(await read(request), below)
      return answer({ success: true, code: 200, msg: 'File uploaded successfully', data })
    } catch (error) {
      if (!(error instanceof UploadRefusal)) throw error
      return answer({ success: false, code: error.code, msg: error.message })
    }
  }

  const routesBelow = (below: string) => ({
    [`${below}/api/file-stream-upload`]: route(below, readForm),
    [`${below}/api/file-base64-upload`]: route(below, readBase64),
    [`${below}/api/file-url-upload`]: route(below, (request) => readUrl(request, files)),
  })
  return { ...routesBelow(''), ...routesBelow(belowApikley) }
}

async function readForm(request: Request): Promise<Parcel> {
  const form = await request.formData().catch(() => new FormData())
  const text = (name: string) => {
    const value = form.get(name)
    return typeof value === 'string' ? value : ''
  }
  const uploadPath = need(text('uploadPath'), 'uploadPath')
  const file = form.get('file')
  if (!(file instanceof Blob)) throw new UploadRefusal(400, 'Missing required parameter: file')
  return { bytes: new Uint8Array(await file.arrayBuffer()), uploadPath, fileName: text('fileName') }
}

async function readBase64(request: Request): Promise<Parcel> {
  const { base64Data, uploadPath, fileName = '' } = await readJson(request, Base64Upload)
  const data = need(base64Data, 'base64Data').replace(/^data:[^,]*,/, '')
  const path = need(uploadPath, 'uploadPath')
  try {
    return { bytes: Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)), uploadPath: path, fileName }
  } catch {
    throw new UploadRefusal(400, 'Base64 decoding failed: the data is not valid base64')
  }
}

/** Reads images from the simulated hosts only: the simulator never requests an address it was given. */
async function readUrl(request: Request, files: Files): Promise<Parcel> {
  const { fileUrl, uploadPath, fileName = '' } = await readJson(request, UrlUpload)
  const url = need(fileUrl, 'fileUrl')
  const path = need(uploadPath, 'uploadPath')
  const bytes = files.bytesAt(url)
  if (!bytes) throw new UploadRefusal(500, 'Failed to download the file from the URL')
  return { bytes, uploadPath: path, fileName }
}

async function readJson<Schema extends z.ZodMiniType>(request: Request, schema: Schema): Promise<z.infer<Schema>> {
  const parsed = schema.safeParse(await request.json().catch(() => undefined))
  if (!parsed.success) throw new UploadRefusal(400, 'The request body is not valid')
  return parsed.data
}

function need(value: string | undefined, name: string): string {
  if (value === undefined || value === '') throw new UploadRefusal(400, `Missing required parameter: ${name}`)
  return value
}

/** A path below the account's own folder: no empty segments, no "..". */
function clean(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.' && part !== '..')
  return parts.join('/')
}

function answer(body: unknown): Response {
  return new Response(JSON.stringify(body), {
    headers: { 'content-type': 'application/json;charset=UTF-8', ...cors },
  })
}
