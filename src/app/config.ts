/** Where the page was built to find its proxy; an address in Settings comes before it. */
export const builtProxyUrl: string = import.meta.env.VITE_PROXY_URL || '/api'
