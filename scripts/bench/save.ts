export async function benchSave() {
  return []
}
