import { createOf, expect, galleryOf, stored, test } from './fixtures.ts'

const token = 'the-token-of-the-studio'

test.describe('a proxy for a studio', { tag: '@two-origins' }, () => {
  test.use({ env: { PROXY_ACCESS_TOKEN: token, USER_DAILY_CREDITS: '12' } })

  test('B14 asks for its token once, and lets each browser spend so much in a day', async ({ page, live }) => {
    await page.goto(live.url)
    const create = createOf(page)
    const gallery = galleryOf(page)
    const field = page.getByLabel('Access token')
    await expect(page.getByText(/needs an access token/)).toBeVisible()

    await create.prompt.fill('not yet')
    await create.submit.click()
    await expect(gallery.run('failed')).toHaveAttribute('data-failure', 'locked')
    await expect(gallery.run('failed')).toContainText('not charged')
    await gallery.run('failed').getByRole('button', { name: 'Dismiss' }).click()

    await field.fill('some-other-token')
    await field.press('Enter')
    await expect(page.getByText("That isn't this proxy's token.")).toBeVisible()
    await field.fill(token)
    await field.press('Enter')
    await expect(field).toHaveCount(0)
    expect(JSON.stringify(await page.evaluate(() => ({ ...localStorage, cookie: document.cookie })))).not.toContain(
      token,
    )

    for (const prompt of ['first of the day', 'second of the day']) {
      await create.prompt.fill(prompt)
      await create.submit.click()
      await expect(gallery.picture(prompt)).toBeVisible()
    }
    await page.reload()
    await expect(gallery.picture('second of the day')).toBeVisible()
    await expect(page.getByText(/needs an access token/)).toHaveCount(0)

    await create.prompt.fill('too many for a day')
    await create.submit.click()
    await expect(gallery.run('failed')).toHaveAttribute('data-failure', 'over-budget')
    await expect(gallery.run('failed')).toContainText(
      'This would go over the 12 credits that each user may spend in a day.',
    )
    await expect(gallery.run('failed')).toContainText(/You can try again in \d+/)
    await expect(gallery.run('failed')).toContainText('not charged')
    expect((await live.service.simulator.state()).submissions).toHaveLength(2)
    expect((await stored(page)).pictures.map(({ origin }) => (origin as { gateway?: string }).gateway)).toEqual([
      'kie',
      'kie',
    ])
  })
})
