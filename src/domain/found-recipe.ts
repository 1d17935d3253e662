/** How a file says it was made. Never run without the user asking. */
export interface FoundRecipe {
  /** The program that wrote it. */
  program: 'Atelier' | 'A1111' | 'ComfyUI' | 'InvokeAI' | 'SwarmUI'
  prompt: string
  negativePrompt?: string
  /** As the other program names it. */
  model?: string
  width?: number
  height?: number
  /** A recipe of Atelier, as JSON text. */
  recipe?: string
}
