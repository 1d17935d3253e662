import type { CollectionId, PictureId, RunId } from '#domain/ids.ts'
import type { ImageMarks } from '#domain/marks.ts'
import { extensionOf, type Picture } from '#domain/picture.ts'
import type { Run } from '#domain/run.ts'
import { sha256Of } from '#imaging/sha256.ts'

/** A collection as it is kept. */
export interface BackupCollection {
  id: CollectionId
  name: string
}

/** What a backup is made from. Each call reads the present state; what is missing by then is `undefined`. */
export interface BackupSource {
  /** All images on every shelf at the start; later ones are in the next backup. */
  pictureIds(): Promise<readonly PictureId[]>
  picture(id: PictureId): Promise<Picture | undefined>
  /** The bytes as they are kept. */
  bytes(id: PictureId): Promise<Blob | undefined>
  runs(): Promise<readonly Run[]>
  collections(): Promise<readonly BackupCollection[]>
}

/** What a backup is restored into. Each write is one transaction and rejects with a `GenerationError` of kind `storage`. */
export interface BackupTarget {
  /** What is stored under an id. `sha256`: of its bytes; computed if it is not known. */
  known(id: PictureId): Promise<{ sha256: string; marks?: ImageMarks } | undefined>
  /** Keeps an image with its record unchanged; its thumbnail is made again. */
  keep(picture: Picture, bytes: Blob): Promise<void>
  setMarks(id: PictureId, marks: ImageMarks): Promise<void>
  hasRun(id: RunId): Promise<boolean>
  keepRun(run: Run): Promise<void>
  hasCollection(id: CollectionId): Promise<boolean>
  keepCollection(collection: BackupCollection): Promise<void>
}

/** The contents of `manifest.json`, which is an archive's last entry: without it the archive is incomplete. */
export interface Manifest {
  format: 'atelier-backup'
  version: 1
  /** Epoch ms. */
  createdAt: number
  counts: { pictures: number; runs: number; collections: number; files: number }
  /** SHA-256 of each records file, by its name. */
  records: Readonly<Record<string, string>>
}

/** One line of `records/pictures.ndjson`: the record, and where its bytes are. */
export interface PictureLine {
  picture: Picture
  /** Absent if the bytes could not be read when the backup was made. */
  sha256?: string
  /** Path of the bytes in a folder, where files have readable names. Absent in archives. */
  file?: string
}

/** Path of the bytes of a line. */
export function fileOf({ picture, sha256 = '', file }: PictureLine): string {
  return file ?? originalName(sha256, extensionOf(picture.mime))
}

/** An item of a backup that cannot be restored, with the reason as a sentence for users. */
export interface Damage {
  name: string
  reason: string
}

export const names = {
  readme: 'README.txt',
  pictures: 'records/pictures.ndjson',
  runs: 'records/runs.ndjson',
  collections: 'records/collections.ndjson',
  index: 'index.tsv',
  manifest: 'manifest.json',
} as const

/** The entry with the bytes, named by their hash, so that equal bytes are stored once. */
export function originalName(sha256: string, extension: string): string {
  return `originals/${sha256.slice(0, 2)}/${sha256}.${extension}`
}

export async function hashOf(bytes: Blob): Promise<string> {
  return sha256Of(new Uint8Array(await bytes.arrayBuffer()))
}
