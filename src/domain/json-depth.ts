/** How deeply a JSON text is nested, found without parsing it: very deep nesting overflows the stack of any parser. */
export function depthOf(text: string): number {
  let [depth, most, inText] = [0, 0, false]
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (inText && sign === '\\') at += 1
    else if (sign === '"') inText = !inText
    else if (!inText && (sign === '{' || sign === '[')) most = Math.max(most, ++depth)
    else if (!inText && (sign === '}' || sign === ']')) depth -= 1
  }
  return most
}
