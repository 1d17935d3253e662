import { colour, letters, onlyChanged, seam } from './protect-look.ts'
import { type StoredMeasure, toStored } from './protect-measure.ts'
import { far, half, kept, side, wrong } from './protect-place.ts'

export const measures: readonly StoredMeasure[] = [
  toStored(kept),
  toStored(far),
  toStored(wrong),
  toStored(half),
  toStored(side),
  toStored(seam),
  toStored(colour),
  toStored(onlyChanged),
  toStored(letters),
]
