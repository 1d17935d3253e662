import { expect } from 'vitest'

/** Text that is markup. It must be shown as text everywhere. */
export const markup = [
  '<img src=x onerror="globalThis.ran=1">',
  '<script>globalThis.ran=1</script>',
  '"><svg onload=globalThis.ran=1>',
  "' onfocus='globalThis.ran=1' autofocus='",
  '</textarea></style><iframe srcdoc="<script>parent.ran=1</script>"></iframe>',
  `{{constructor.constructor("ran=1")()}} \${globalThis.ran=1} <%= ran=1 %>`,
  '&lt;b&gt;&#106;avascript:ran=1',
  'javascript:globalThis.ran=1',
]

/** Expects that none of the markup has become elements of the page. */
export function expectOnlyText() {
  expect((globalThis as { ran?: unknown }).ran).toBeUndefined()
  expect([...document.querySelectorAll('script, iframe, object, embed, link, base, form[action]')]).toEqual([])
  const attributes = [...document.querySelectorAll('*')].flatMap((element) => [...element.attributes])
  expect(attributes.filter(({ name }) => /^on/.test(name))).toEqual([])
  const addresses = attributes.filter(({ name }) =>
    ['href', 'src', 'srcset', 'srcdoc', 'action', 'data'].includes(name),
  )
  for (const { value } of addresses) expect(value).toMatch(/^(data:image\/(png|jpeg|webp);base64,|blob:)/)
}
