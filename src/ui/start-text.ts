/**
 * The first words of the product, drawn by index.html before any script runs and by the empty stage afterwards. Same
 * words and classes, so that nothing moves when the page takes over. The box has a fixed top: what is added below the
 * words does not move them. tests/app/ui.test.tsx compares them with index.html.
 */
export const startText = {
  title: 'Drop an image, or write what you want to see.',
  privacy: 'Everything stays on this computer. Only what you submit is sent.',
  boxClass: 'absolute inset-x-0 top-[40%] flex flex-col items-center gap-2 px-8 text-center',
  titleClass: 'text-balance font-medium text-base text-ink',
  privacyClass: 'max-w-sm text-pretty text-faint text-sm',
} as const
