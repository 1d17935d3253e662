/** The part of autocannon that is used here; the package describes nothing. */
declare module 'autocannon' {
  interface Options {
    url: string
    connections: number
    /** Seconds. */
    duration: number
  }
  interface Result {
    errors: number
    non2xx: number
    /** Seconds. */
    duration: number
    requests: { total: number }
    /** Bytes. */
    throughput: { total: number }
  }
  // biome-ignore lint/style/noDefaultExport: the package exports it so
  export default function autocannon(options: Options): Promise<Result>
}
