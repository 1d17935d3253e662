export async function benchGallery() {
  return []
}
