export async function benchFirstLoad() {
  return []
}
