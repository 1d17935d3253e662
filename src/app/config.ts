/** The proxy address that the page was built with; an address in Settings has priority. */
export const builtProxyUrl: string = import.meta.env.VITE_PROXY_URL || '/api'
