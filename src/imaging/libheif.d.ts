/** The part of libheif that is used here; the package only describes its other entries. */
declare module 'libheif-js/libheif-wasm/libheif-bundle.mjs' {
  interface HeifImage {
    get_width(): number
    get_height(): number
    is_primary(): boolean
    /** Fills `into` and returns it; `null` if the image cannot be decoded. */
    display(into: ImageData, done: (shown: ImageData | null) => void): void
  }
  interface HeifDecoder {
    decode(bytes: Uint8Array): HeifImage[]
  }
  /** Compiles the WASM inside the file, which takes some tens of milliseconds. */
  // biome-ignore lint/style/noDefaultExport: the package exports it so
  export default function openLibheif(): { HeifDecoder: new () => HeifDecoder }
}
