/** Names that are not the id with a capital. */
const names: ReadonlyMap<string, string> = new Map([['kie', 'KIE']])

/** "KIE", "Apikley": a gateway as people know it, by its id. A proxy may have one that this page never heard of. */
export function describeGateway(id: string): string {
  return names.get(id) ?? id.charAt(0).toUpperCase() + id.slice(1)
}

/** The variable that holds a gateway's key: each has accounts of its own. */
export function keyNameOf(id: string): string {
  return `${id.toUpperCase()}_API_KEY`
}
