/**
 * Does to the page what the translation of a browser does: wraps every text node in two `<font>` elements, and goes on with
 * each that comes later. Gives the way to stop.
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
    // The translation is new text: the node that the page knows is out of the document.
    inner.append(text.data)
  }
  const observer = new MutationObserver(() => translate(root))
  translate(root)
  observer.observe(root, { childList: true, subtree: true, characterData: true })
  return () => observer.disconnect()
}
