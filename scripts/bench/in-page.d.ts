/** What `in-page.js` adds to a measured page. */
declare const inPage: {
  /** Time from the page's start until its largest part was painted; 0 if nothing was. */
  paintMs(): number
  /** Time from the page's start until a text field accepts input; fails after 30 s. */
  usableMs(): Promise<number>
  /** Time from the page's start until every tile in view was drawn. */
  drawnMs(): number
  /** In the grid: elements and texts. */
  countNodes(): number
  /** From now on every new tile shows the image of the first one. */
  share(isShared: boolean): Promise<void>
  /** Different ones in the grid, to prove that all show the same one. */
  countPictures(): number
  scrollTo(topPx: number): Promise<void>
  /** Times between frames, and the share of frames in which the tile in the middle was blank. */
  scroll(pxPerSecond: number, durationMs: number): Promise<{ framesMs: number[]; blank: number }>
}
