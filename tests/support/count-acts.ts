import userEvent from '@testing-library/user-event'

/** Does what a user does, and counts it: a press, a key with its modifiers, a text typed into the field that was pressed. */
export function countActs() {
  let count = 0
  const counted = <Args extends readonly unknown[]>(act: (...args: Args) => Promise<void>) => {
    return (...args: Args) => {
      count += 1
      return act(...args)
    }
  }
  return {
    click: counted((element: Element) => userEvent.click(element)),
    /** One key, as for `userEvent.keyboard`. */
    key: counted(async (key: string) => void (await userEvent.keyboard(key))),
    type: counted(async (field: Element, text: string) => {
      await userEvent.clear(field)
      await userEvent.type(field, text)
    }),
    count: () => count,
  }
}
