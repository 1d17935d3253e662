// Runs in a measured page before its own scripts. Described for the other side in in-page.d.ts.
{
  const found = { drawnMs: 0, paintMs: 0 }
  const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve))
  const findGrid = () => document.querySelector('[role="grid"]')
  const isPicture = (image) => image?.complete && image.naturalWidth > 0

  new PerformanceObserver((list) => {
    found.paintMs = list.getEntries().at(-1).startTime
  }).observe({ type: 'largest-contentful-paint', buffered: true })

  /** The pictures of all tiles in sight, or nothing as long as one is missing or the grid is not filled. */
  const picturesInSight = () => {
    const grid = findGrid()
    if (!grid) return undefined
    const box = grid.getBoundingClientRect()
    const boxOf = (element) => element.getBoundingClientRect()
    const isInSight = (element) => boxOf(element).bottom > box.top && boxOf(element).top < box.bottom
    const rows = [...grid.querySelectorAll('[role="row"]')].filter(isInSight)
    if (rows.length === 0 || Math.max(...rows.map((row) => boxOf(row).bottom)) < box.bottom - 1) return undefined
    const tiles = rows.flatMap((row) => [...row.querySelectorAll('[role="gridcell"]')])
    const images = tiles.map((tile) => tile.querySelector('img'))
    return images.length > 0 && images.every(isPicture) ? images : undefined
  }

  const untilDrawn = async () => {
    for (;;) {
      const images = picturesInSight()
      if (images) {
        await Promise.all(images.map((image) => image.decode()))
        await nextFrame()
        return
      }
      await nextFrame()
    }
  }

  const watchStart = async () => {
    await untilDrawn()
    found.drawnMs = performance.now()
  }
  void watchStart()

  const watchPrompt = async () => {
    while (!document.querySelector('textarea:enabled')) {
      if (performance.now() > 30_000) throw new Error('No text field can be written in after 30 s.')
      await nextFrame()
    }
    return performance.now()
  }
  const usableMs = watchPrompt()
  usableMs.catch(() => undefined)

  // React gives a picture its address twice: as an attribute, and as a property once it is in the page.
  let shared
  const { setAttribute } = Element.prototype
  const { get, set } = Object.getOwnPropertyDescriptor(HTMLImageElement.prototype, 'src')
  const addressFor = (url) => (shared !== undefined && url.startsWith('data:') ? shared : url)
  HTMLImageElement.prototype.setAttribute = function (name, value) {
    setAttribute.call(this, name, name === 'src' ? addressFor(value) : value)
  }
  Object.defineProperty(HTMLImageElement.prototype, 'src', {
    configurable: true,
    get,
    set(url) {
      set.call(this, addressFor(url))
    },
  })

  globalThis.inPage = {
    paintMs: () => found.paintMs,
    usableMs: () => usableMs,
    drawnMs: () => found.drawnMs,
    countNodes() {
      const walker = document.createTreeWalker(findGrid(), NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT)
      let nodes = 0
      while (walker.nextNode()) nodes += 1
      return nodes
    },
    async share(isShared) {
      await untilDrawn()
      shared = isShared ? findGrid().querySelector('img').src : undefined
    },
    async scrollTo(topPx) {
      findGrid().scrollTop = topPx
      await nextFrame()
      await untilDrawn()
    },
    countPictures() {
      return new Set([...findGrid().querySelectorAll('img')].map((image) => image.src)).size
    },
    async scroll(pxPerSecond, durationMs) {
      const grid = findGrid()
      const box = grid.getBoundingClientRect()
      const fromPx = grid.scrollTop
      const framesMs = []
      let blank = 0
      const startedAt = await nextFrame()
      for (let before = startedAt; before < startedAt + durationMs; ) {
        const now = await nextFrame()
        framesMs.push(now - before)
        before = now
        const middle = document.elementFromPoint(box.left + box.width / 3, box.top + box.height / 2)
        const tile = middle?.closest('[role="gridcell"]')
        if (tile && !isPicture(tile.querySelector('img'))) blank += 1
        grid.scrollTop = fromPx + ((now - startedAt) * pxPerSecond) / 1000
      }
      return { framesMs, blank: blank / framesMs.length }
    },
  }
}
