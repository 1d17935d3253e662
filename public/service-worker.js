/**
 * Lets the page start and load its parts without a network, and accepts images that are shared with the installed app.
 * Nothing else is kept: no answer of `/api/`, of another host, or to anything but GET.
 *
 * Each build registers it with its own name (`?build=…`), which makes it a new worker with a new cache. It takes over when
 * the last page of the previous build is closed. The page itself is always requested from the network first, so an online
 * visitor never sees an old one.
 */
const scope = self.registration.scope
const build = new URL(self.location.href).searchParams.get('build') ?? ''
const prefix = `atelier ${scope} `
const cacheName = prefix + build
/** After this time without an answer the page comes from the cache. */
const timeoutMs = 4_000
/** Images from another app, until the page fetches them (src/app/incoming-files.ts). */
const sharedName = `atelier-shared ${scope}`
const mostShared = 20
const mostSharedBytes = 64_000_000

self.addEventListener('install', (event) => event.waitUntil(keepFiles()))
self.addEventListener('activate', (event) => event.waitUntil(dropOldCaches()))

self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method === 'POST' && request.url === `${scope}share`) return event.respondWith(takeShared(request))
  if (request.method !== 'GET' || !request.url.startsWith(scope)) return
  const path = new URL(request.url).pathname.slice(new URL(scope).pathname.length)
  if (request.mode === 'navigate' && (path === '' || path === 'index.html')) event.respondWith(openPage(request))
  else if (path.startsWith('assets/') || path === 'icon.svg') event.respondWith(openFile(request))
})

/** A build with a missing file is not installed. */
async function keepFiles() {
  const response = await fetch(`${scope}precache.json`, { cache: 'no-store' })
  const { files } = await response.json()
  const cache = await caches.open(cacheName)
  await cache.addAll(['', ...files].map((file) => scope + file))
}

async function dropOldCaches() {
  const names = await caches.keys()
  await Promise.all(
    names.filter((name) => name.startsWith(prefix) && name !== cacheName).map((name) => caches.delete(name)),
  )
}

async function openPage(request) {
  const kept = () => caches.match(scope, { cacheName })
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(timeoutMs) })
    // Errors of a reverse proxy mean that the host is down.
    return response.status >= 500 ? ((await kept()) ?? response) : response
  } catch {
    return (await kept()) ?? Response.error()
  }
}

/** The names of these files change with their content. */
async function openFile(request) {
  return (await caches.match(request, { cacheName })) ?? fetch(request)
}

/**
 * Other apps share images by posting a form, which is answered here and not sent on. What cannot be kept is noted for the
 * page, which tells the user: "size", "count", "none" (nothing was shared that is a file).
 */
async function takeShared(request) {
  const form = await request.formData().catch(() => new FormData())
  const given = form.getAll('images').filter((value) => value instanceof File && (value.size > 0 || value.name !== ''))
  try {
    const cache = await caches.open(sharedName)
    // A share must not replace another one that no page has taken yet.
    const share = `${scope}shared/${Date.now()}-${Math.random().toString(36).slice(2)}`
    if (given.length === 0) await cache.put(`${share}/0`, noted('', 'none'))
    for (const [index, file] of given.entries()) await cache.put(`${share}/${index}`, sharedAnswer(file, index))
  } catch {
    return Response.redirect(`${scope}?shared=full`, 303)
  }
  return Response.redirect(`${scope}?shared`, 303)
}

function sharedAnswer(file, index) {
  if (file.size > mostSharedBytes) return noted(file.name, 'size')
  if (index >= mostShared) return noted(file.name, 'count')
  return new Response(file, { headers: { 'Content-Type': file.type, 'X-Name': encodeURIComponent(file.name) } })
}

function noted(name, reason) {
  return new Response('', { headers: { 'X-Name': encodeURIComponent(name), 'X-Left-Out': reason } })
}
