/** What `in-page.js` puts into a measured page. */
declare const inPage: {
  /** Since the page's start, until its largest part was painted; 0 as long as nothing was. */
  paintMs(): number
  /** Since the page's start, until a text field can be written in: fails after 30 s. */
  usableMs(): Promise<number>
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
