/**
 * Changes the page like a browser's translation: wraps every text node in two `<font>` elements, also those added
 * later. Returns a function that stops this.
 */
export function translatePage(root: Element = document.body): () => void {
  const translate = (node: Node) => {
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT)
    const found: Text[] = []
    for (let next = walker.nextNode(); next; next = walker.nextNode()) found.push(next as Text)
    for (const text of found) wrap(text)
  }
  const wrap = (text: Text) => {
    if (text.data.trim() === '' || text.parentElement?.closest('font, script, style, textarea')) return
    const outer = document.createElement('font')
    const inner = document.createElement('font')
    text.replaceWith(outer)
    outer.append(inner)
    // The translation is a new text node; the page's own node is removed from the document.
    inner.append(text.data)
  }
  const observer = new MutationObserver(() => translate(root))
  translate(root)
  observer.observe(root, { childList: true, subtree: true, characterData: true })
  return () => observer.disconnect()
}
