import { expect, it } from 'vitest'
import { describeForecast } from '#app/storage-forecast.ts'

const report = (images: number, sizeBytes: number, recentBytes = 0, days = 0) => ({
  images,
  sizeBytes,
  recent: { sizeBytes: recentBytes, days },
  bin: { ids: [], sizeBytes: 0 },
  duplicates: { ids: [], sizeBytes: 0 },
})

it.each([
  ['no images', report(0, 0), 1e9, undefined],
  ['images of one day', report(10, 10e6, 10e6, 1), 1.4e9, 'Room for about 1,000 more images.'],
  [
    'a pace of 10 MB a day',
    report(100, 100e6, 300e6, 30),
    1.4e9,
    'Room for about 1,000 more images; at your pace, about 3 months.',
  ],
  ['a week left', report(100, 100e6, 300e6, 30), 98e6, 'Room for about 70 more images; at your pace, about 7 days.'],
  ['a day left', report(100, 100e6, 300e6, 30), 14e6, 'Room for about 10 more images; at your pace, about 1 day.'],
  ['no room', report(100, 100e6, 300e6, 30), -5, 'Room for about 0 more images; at your pace, less than a day.'],
  ['little use', report(100, 100e6, 1e5, 30), 1.4e9, 'Room for about 1,000 more images; at your pace, for years.'],
])('the forecast with %s', (_, given, freeBytes, words) => {
  expect(describeForecast(given, freeBytes)).toBe(words)
})
