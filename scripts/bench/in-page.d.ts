/** What `in-page.js` puts into a measured page. */
declare const inPage: {
  /** Times since the page's start; `usableMs` is 0 in a page without a text field. */
  firstLoad(): { paintMs: number; usableMs: number }
  /** Since the page's start, until every tile in sight was drawn. */
  drawnMs(): number
  /** In the grid: elements and texts. */
  countNodes(): number
  /** From now on every new tile shows the picture of the first one. */
  share(isShared: boolean): void
  /** Different ones in the grid: proof that all show the same one. */
  countPictures(): number
  scrollTo(topPx: number): Promise<void>
  /** Times between frames, and the share of frames in which the tile in the middle showed nothing. */
  scroll(pxPerSecond: number, durationMs: number): Promise<{ framesMs: number[]; blank: number }>
}
