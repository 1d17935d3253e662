/** Puts the cursor at the end of the prompt, once a narrow window has turned to the form. */
export function focusPrompt(): void {
  requestAnimationFrame(() => {
    const fields = [...document.querySelectorAll('textarea')]
    const prompt = fields.find((field) => nameOf(field) === 'Prompt')
    prompt?.focus()
    prompt?.setSelectionRange(prompt.value.length, prompt.value.length)
  })
}

/** The form belongs to another screen; its accessible name is what both agree on. */
function nameOf(field: HTMLTextAreaElement): string | undefined {
  return field.getAttribute('aria-label') ?? field.labels[0]?.textContent?.trim()
}
