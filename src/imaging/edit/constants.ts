/**
 * Every number of the chain that was found by measuring: on photographs with simulated answers (shifted, scaled,
 * turned, tinted, regrained, JPEG 90), never on a real model's. `docs/try-with-a-key.md` lists real edits that may
 * change them.
 */
export const registration = {
  /** Deviation of the blur that removes slow changes of light, at small sizes and at full size. */
  detailSigma: 6,
  fullDetailSigma: 8,
  /** Levels added to the local deviation, so that flat places do not become amplified noise. */
  flatLevels: 4,
  /** Long sides of the pyramid from coarse to fine; the last level is the full size. */
  sides: [160, 320, 640] as const,
  /** Below this correlation at the coarse level, other scales are searched. */
  poorCorrelation: 0.5,
  poorScore: 0.2,
  scales: { from: 0.72, to: 1.35, count: 12 },
  pointsPerCell: 8,
  /** Cells of 8 px at the smallest size up to 13 px at full size. */
  cells: { least: 8, most: 13 },
  /**
   * Above this standard error within the area, in pixels, a map with fewer degrees of freedom is used. Photographs: up to
   * 0.02; a small object or a logo far from the area: 0.06–0.6, with real errors of up to ten times that.
   */
  steady: 0.1,
  /** In robust deviations: Tukey's weight is zero above this. */
  tukey: 4.685,
} as const

export const judging = {
  columns: 12,
  /** Below this number of textured blocks, blocks of half the side are used. */
  fewBlocks: 24,
  /** Correlation and shift (answer pixels) within which a block counts. */
  correlation: 0.5,
  reach: 8,
  /** From this correlation on, a block whose neighbours correlate less counts as found where the map puts it. */
  inPlace: 0.7,
  /** Share of unmasked pixels, and mean square of the normalised detail, that a block needs. */
  free: 0.5,
  texture: 0.1,
  /** The same at half the size, where grain is averaged out. */
  coarseTexture: 0.05,
  /** Ratio of detail along and across, below which a block shows a single edge. */
  singleEdge: 0.05,
  /** Above these errors the map is refined with the blocks; answer pixels. */
  refine: { median: 0.3, p90: 0.8 },
  accept: { median: 0.5, p90: 1.5, blocks: 8, share: 0.15 },
  /**
   * A half of the image (left, right, top, bottom) disagrees if a smaller share of its cells with detail is found in its
   * place. The cells are small (12 pixels at half the size), so that what was painted over 40 % along a side is told from
   * what changed up to the middle. Measured on `mate-backgrounds`: up to 0.03 with a half mirrored, 0.04 and more with 40 %
   * painted over along one side, 0.8 and more where nothing was.
   */
  halves: { cell: 12, free: 0.5, texture: 0.1, singleEdge: 0.15, least: 12, correlation: 0.7, share: 0.033 },
  /** Below this score an answer is another framing, not a bent one. */
  bent: 0.08,
  /** Above these a model did not keep the framing. */
  plausible: { shear: 0.05, stretch: 0.06 },
} as const

/**
 * For images with almost no detail outside the area: found on plain surfaces, gradients and smooth skies, with and without
 * grain, and on `mate-backgrounds`.
 */
export const flat = {
  /** Up to so many textured blocks are too few to decide anything; of more than that, this share must be found again. */
  fewBlocks: 3,
  found: 0.8,
  /** Limits for the gain and offset per channel between the answer's levels and the source's. */
  gain: { least: 0.8, most: 1.25 },
  offset: 45,
  /** After that correction, this share of the cells must agree within these levels: an uneven tint does, another image does not. */
  light: { of: 'colours', cell: 16, share: 0.95, levels: 14 },
  /** The same, strict enough to be certain that it is the same image: an edge that is off by a pixel differs by more. */
  same: { of: 'light', cell: 4, share: 0.995, levels: 8 },
  /** A map found on little detail is used only if it explains this much more than the identity and is close to it. */
  better: 0.97,
  near: { shift: 0.04, zoom: 0.05 },
  /** Levels added to the local deviation when maps are compared, so that faint detail counts. */
  faintLevels: 1,
} as const

export const colouring = {
  mostPairs: 16_000,
  leastPairs: 60,
  /** Weight of the pseudo-observations that keep the fit near the mean offset, as a share of the data. */
  held: 0.06,
  /** Side of the cells, in answer pixels, in which colours are compared and spread. */
  cell: 4,
  /** The most levels that the membrane may add or subtract. */
  membrane: 24,
} as const

export const changes = {
  chroma: 0.3,
  detail: 0.7,
  detailSigma: 2,
  blur: 1.8,
  least: 3,
  /** The noise of an answer stays below this, whatever its grain and tint: what exceeds it everywhere was changed. */
  most: 9,
  spread: 3,
  slack: 0.3,
  /** Side of the cells, in pixels, and the most levels of what counts as an uneven tint and not as a change. */
  tint: { cell: 64, levels: 9 },
  /** Multiple of the threshold from which a pixel counts as changed. */
  counted: 2.1,
  /** Answer pixels by which "Only what changed" extends beyond what was found, and its softness. */
  grow: 6,
  soft: 3,
  /** Share of changed pixels outside the area above which the model restyled everything. */
  restyled: 0.3,
} as const

export const answers = {
  /** The most pixels at which source and answer are compared. */
  gridPixels: 1_600_000,
  leastSide: 96,
  /** Above this difference of proportions the model cropped or stretched: nothing is laid in. */
  otherProportions: 0.06,
  /** Levels of deviation below which an answer counts as blank. */
  blankDeviation: 1.5,
  leastBlocks: 8,
  /**
   * Below this share of pixels outside the area and its margin, there is too little to compare: with 2 % of a photograph
   * outside the area none was aligned, with 5 % about half.
   */
  leastOutside: 0.03,
  /**
   * Outside the zooms at which answers were aligned in the benchmark (0.78–1.28): another framing, however certain its
   * position.
   */
  zoom: { least: 0.77, most: 1.3 },
  /** Share of the area's box that the answer has to show. */
  leastSeen: 0.9,
  /** Grid pixels around the area that are left out of registration and noise estimates. */
  margin: 6,
} as const

export const part = {
  factor: 2,
  leastSide: 768,
  /** The pixels of a model's answer, and the number its sides are multiples of. */
  answerPixels: 1_048_576,
  step: 16,
  /** A crop is suggested from this reduction of the whole image on, if it is at most this share of it. */
  wholeScale: 1.5,
  covered: 0.4,
  /** Difference of proportions allowed after rounding. */
  stretch: 0.005,
} as const

export const leftovers = {
  /** Share of a mark's line that must still have its colour, and the colour tolerance in levels. */
  markShare: 0.2,
  markLevels: 70,
  /** Share of the new space that may stay within these levels of its fill. */
  emptyShare: 0.1,
  fillLevels: 6,
} as const
