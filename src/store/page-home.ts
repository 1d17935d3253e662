/** The folder that the page lies in, and below it all that comes with the page. A worker cannot know it by itself. */
export function pageHome(): string {
  return new URL(import.meta.env.BASE_URL, document.baseURI).href
}
