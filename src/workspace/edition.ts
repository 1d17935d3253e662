/**
 * Whether this page is the demo, which needs no proxy: it paints by itself (`npm run build:demo`). It keeps everything
 * under names of its own: on a host that it shares with a real installation, neither finds what belongs to the other.
 */
export const isDemo = import.meta.env.MODE === 'demo'
