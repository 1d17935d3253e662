import { describe, expect, test } from 'vitest'
import { learnPace, nextPauseMs } from '#generation/pace.ts'

const pace = { medianMs: 8_000, sigma: 0.35 }

/** The ages at which a run would be polled, up to `untilMs`. */
function polls(untilMs: number, of = pace, others = 0): number[] {
  const ages: number[] = []
  for (let ageMs = nextPauseMs(of, 0, others); ageMs <= untilMs; ageMs += nextPauseMs(of, ageMs, others))
    ages.push(ageMs)
  return ages
}

describe('the pause before the next poll', () => {
  // The numbers were computed with an exact normal distribution.
  test('follows the distribution of earlier runs', () => {
    const ages = [0, 1_000, 3_000, 5_000, 8_000, 12_000, 16_000, 30_000]
    const pausesOf = (sigma: number, others: number) =>
      ages.map((ageMs) => nextPauseMs({ medianMs: 8_000, sigma }, ageMs, others))
    expect(pausesOf(0.35, 0)).toEqual([4_700, 3_700, 1_750, 850, 550, 500, 500, 2_500])
    expect(pausesOf(0.9, 2)).toEqual([3_100, 2_250, 1_750, 1_700, 1_700, 1_800, 1_850, 2_100])
  })

  test('leaves a run alone while it can hardly be done', () => {
    expect(polls(60_000)[0]).toBeGreaterThan(3_500)
    expect(polls(60_000)[0]).toBeLessThan(6_000)
  })

  test('asks often around the usual time, never more than twice a second', () => {
    const around = polls(10_000).filter((age) => age > 6_000)
    expect(around.length).toBeGreaterThan(3)
    const pauses = around.slice(1).map((age, n) => age - (around[n] ?? 0))
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(500)
    expect(Math.max(...pauses)).toBeLessThanOrEqual(1_500)
  })

  test('grows for a run that takes far longer than usual, but never beyond ten seconds in the first minutes', () => {
    expect(nextPauseMs(pace, 60_000, 0)).toBeGreaterThan(3_000)
    expect(nextPauseMs(pace, 300_000, 0)).toBe(10_000)
  })

  test('is a minute after eleven minutes: never given up', () => {
    expect(nextPauseMs(pace, 11 * 60_000, 0)).toBe(60_000)
    expect(nextPauseMs(pace, 40 * 3_600_000, 0)).toBe(60_000)
  })

  test('asks less of each when several runs are out', () => {
    expect(polls(12_000, pace, 5).length).toBeLessThan(polls(12_000, pace, 0).length)
  })

  test('stays finite and positive for any age and pace', () => {
    for (const medianMs of [1, 500, 8_000, 600_000]) {
      for (const ageMs of [0, 1, 499, 8_000, 1e6, 1e9]) {
        const pauseMs = nextPauseMs({ medianMs, sigma: 0.6 }, ageMs, 0)
        expect(pauseMs).toBeGreaterThanOrEqual(500)
        expect(pauseMs).toBeLessThanOrEqual(60_000)
      }
    }
  })
})

describe('a learned pace', () => {
  test('is the seed until three runs are known', () => {
    expect(learnPace([4_000, 4_100], 8_000)).toEqual({ medianMs: 8_000, sigma: 0.6 })
  })

  test('follows the own last runs', () => {
    const learned = learnPace(
      Array.from({ length: 20 }, (_, n) => 3_800 + 20 * n),
      8_000,
    )
    expect(learned.medianMs).toBeGreaterThan(3_800)
    expect(learned.medianMs).toBeLessThan(4_200)
    expect(learned.sigma).toBeLessThan(0.2)
  })

  // Computed by another program.
  test.each([
    ['three runs', [3_000, 4_000, 6_000], 4_160.1676, 0.52447],
    ['ten runs', [2_000, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000, 9_000, 10_000, 11_000], 5_755.9309, 0.55448],
    ['the last forty only', [...Array(40).fill(4_000), ...Array(60).fill(5_000)], 4_000, 0.12],
    ['equal runs, never narrower than this', Array(9).fill(4_000), 4_000, 0.12],
    ['very different runs, never wider than this', Array(4).fill([1_000, 7_000, 49_000]).flat(), 7_000, 1.2],
  ])('has the median and width of %s', (_, durations, medianMs, sigma) => {
    const learned = learnPace(durations, 8_000)
    expect(learned.medianMs).toBeCloseTo(medianMs, 3)
    expect(learned.sigma).toBeCloseTo(sigma, 4)
  })

  test('T04 is not spoilt by a machine that slept through some of them', () => {
    const durations = [4_000, 7_200_000, 4_100, 3_900, 90_000_000, 4_050]
    expect(learnPace(durations, 8_000).medianMs).toBeCloseTo(4_012, -2)
  })

  test('T04 is not spoilt by one that slept in the middle of the list', () => {
    expect(learnPace([4_000, 4_100, 7_200_000, 3_900, 4_050], 8_000).medianMs).toBeCloseTo(4_012, -2)
  })

  test('ignores durations that cannot be', () => {
    expect(learnPace([0, -5, 4_000, 4_000, 4_000], 8_000).medianMs).toBeCloseTo(4_000)
  })
})
