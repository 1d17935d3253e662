/** How an image came to be, in the terms of the IPTC: from words alone, or from other images as well. */
export type DigitalSource = 'trainedAlgorithmicMedia' | 'compositeWithTrainedAlgorithmicMedia'

/** What is written into a file for other programs. What is absent is not written. */
export interface ImageMetadata {
  width: number
  height: number
  /** Absent for images that no model had a part in. */
  digitalSource?: DigitalSource
  prompt?: string
  /** "Flux 2 Pro". */
  model?: string
  /** 0 to 5; −1: rejected. */
  rating?: number
  tags?: readonly string[]
  /** The id of the image in this gallery, by which its copies are known again. */
  image?: string
  /** Everything that is needed to make the image again, as JSON text. */
  recipe?: string
}
