import { useStore } from '#store/queries.ts'
import { type ImageCommands, imageCommandsOf } from './image-commands.ts'

export function useImageCommands(): ImageCommands {
  return imageCommandsOf(useStore())
}
