/**
 * Whether this page is the demo, which needs no proxy: it simulates the service in the page (`npm run build:demo`). Its
 * stored data has names of its own, so that a demo and a real installation on the same host never share any.
 */
export const isDemo = import.meta.env.MODE === 'demo'
