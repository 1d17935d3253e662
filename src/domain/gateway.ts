/** Names that are more than the id with a capital letter. */
const names: ReadonlyMap<string, string> = new Map([['kie', 'KIE']])

/** "KIE", "Apikley": the display name of a gateway id. A proxy may use a gateway this page does not know. */
export function describeGateway(id: string): string {
  return names.get(id) ?? id.charAt(0).toUpperCase() + id.slice(1)
}

/** The environment variable with a gateway's key. Each gateway has its own accounts. */
export function keyNameOf(id: string): string {
  return `${id.toUpperCase()}_API_KEY`
}
