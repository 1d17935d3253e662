/** The package has types for its index only. */
declare module 'undici/lib/dispatcher/client.js' {
  // biome-ignore lint/style/noDefaultExport: the package's own
  export { Client as default } from 'undici'
}
