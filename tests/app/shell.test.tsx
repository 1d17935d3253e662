import { readFile } from 'node:fs/promises'
import { render } from '@testing-library/react'
import { describe, expect, it } from 'vitest'
import { Mark } from '#app/mark.tsx'
import { startText } from '#ui/start-text.ts'

// Without its links: the DOM of the tests would try to load them.
const html = (await readFile('index.html', 'utf8')).replace(/<link[^>]*>/g, '')
const shell = new DOMParser().parseFromString(html, 'text/html')
const words = (element: Element | null | undefined) => element?.textContent?.trim().replace(/\s+/g, ' ')

describe('the page before any script runs', () => {
  it('shows the first words as the empty stage will', () => {
    const [title, privacy] = shell.querySelectorAll('.area-stage p')
    expect(words(title)).toBe(startText.title)
    expect(title?.className).toBe(startText.titleClass)
    expect(words(privacy)).toBe(startText.privacy)
    expect(privacy?.className).toBe(startText.privacyClass)
    expect(title?.parentElement?.className).toBe(startText.boxClass)
  })

  it('draws the mark as the header will', () => {
    const { container } = render(<Mark />)
    const shapes = (root: Element | null | undefined) =>
      [...(root?.children ?? [])].map((shape) => [...shape.attributes].map(({ name, value }) => `${name}=${value}`))
    expect(shapes(shell.querySelector('h1 svg'))).toEqual(shapes(container.querySelector('svg')))
  })

  it('has no inline style, and one script, whose hash is in the policy', () => {
    expect([...shell.querySelectorAll('script')].map((script) => script.textContent)).toEqual([
      '',
      expect.stringContaining('Atelier needs a newer browser'),
    ])
    expect(shell.querySelectorAll('style, [style], [onclick]')).toHaveLength(0)
    expect(shell.documentElement.lang).toBe('en')
  })
})
