/** The address of the page's folder, below which its other files are. A worker cannot find it itself. */
export function pageHome(): string {
  return new URL(import.meta.env.BASE_URL, document.baseURI).href
}
