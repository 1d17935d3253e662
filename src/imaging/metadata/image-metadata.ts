/** How an image was made, in IPTC terms: from text alone, or from other images as well. */
export type DigitalSource = 'trainedAlgorithmicMedia' | 'compositeWithTrainedAlgorithmicMedia'

/** What is written into a file for other programs. Absent members are not written. */
export interface ImageMetadata {
  width: number
  height: number
  /** Absent for images made without a model. */
  digitalSource?: DigitalSource
  prompt?: string
  /** "Flux 2 Pro". */
  model?: string
  /** 0 to 5; −1: rejected. */
  rating?: number
  tags?: readonly string[]
  /** The id of the image in this gallery, by which copies of it are recognised. */
  image?: string
  /** Everything needed to make the image again, as JSON text. */
  recipe?: string
}
