import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'

/** Fails with each serious finding of axe in the page, or in the part of it that `within` selects. */
export async function expectNothingSerious(page: Page, within = 'html') {
  // Passed rules are not described, and axe runs in the page itself instead of a second one: a quarter of the time, for
  // the same findings. The second page would be for frames of other origins, which the product does not have.
  const builder = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] })
  const { violations } = await builder.include(within).analyze()
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  expect(serious.map(({ id, nodes }) => ({ id, on: nodes.map(({ html }) => html.slice(0, 160)) }))).toEqual([])
}
