/**
 * Opens the browser's choice of files, of which several may be chosen; must be called from a button press. Empty if none
 * was chosen.
 */
export function chooseFiles(accept: string): Promise<readonly File[]> {
  const input = document.createElement('input')
  Object.assign(input, { type: 'file', multiple: true, hidden: true, accept })
  // Safari forgets an input that is not in the document before anything is chosen.
  document.body.append(input)
  return new Promise((resolve) => {
    const end = () => {
      resolve([...(input.files ?? [])])
      input.remove()
    }
    input.addEventListener('change', end)
    input.addEventListener('cancel', end)
    input.click()
  })
}
