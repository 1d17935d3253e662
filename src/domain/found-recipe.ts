/** What a file says of how it was made. Nothing of it is ever run by itself. */
export interface FoundRecipe {
  /** The program that wrote it. */
  program: 'Atelier' | 'A1111' | 'ComfyUI' | 'InvokeAI' | 'SwarmUI'
  prompt: string
  negativePrompt?: string
  /** As the other program calls it. */
  model?: string
  width?: number
  height?: number
  /** Our own recipe, as JSON text. */
  recipe?: string
}
