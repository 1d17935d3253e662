export interface GeminiModel {
  ratios: readonly string[]
  /** Case matters: "1k" is refused. */
  sizes: readonly string[]
}

const ten = ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '21:9']
const fourteen = [...ten, '1:4', '4:1', '1:8', '8:1']

/** The models in service; any other id is answered with 404. docs/services.md 8.2. */
export const geminiModels: Readonly<Record<string, GeminiModel>> = {
  'gemini-nano-banana-2.1': { ratios: fourteen, sizes: ['1K', '2K', '4K'] },
  'gemini-3.1-flash-image': { ratios: fourteen, sizes: ['512', '1K', '2K', '4K'] },
  'gemini-3.1-flash-lite-image': { ratios: fourteen, sizes: ['1K'] },
  'gemini-3-pro-image': { ratios: ten, sizes: ['1K', '2K', '4K'] },
  'gemini-2.5-flash-image': { ratios: ten, sizes: [] },
}

/** The answers that tokens can ask for. docs/services.md 8.4. */
export const geminiTroubles: Readonly<Record<string, { code: number; status: string; message: string }>> = {
  400: { code: 400, status: 'INVALID_ARGUMENT', message: 'Request contains an invalid argument.' },
  region: {
    code: 400,
    status: 'FAILED_PRECONDITION',
    message: 'User location is not supported for the API use.',
  },
  402: { code: 402, status: 'RESOURCE_EXHAUSTED', message: 'The prepaid balance is used up.' },
  403: { code: 403, status: 'PERMISSION_DENIED', message: 'Permission denied on resource project.' },
  429: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'Resource has been exhausted (e.g. check quota).' },
  499: { code: 499, status: 'CANCELLED', message: 'The operation was cancelled.' },
  500: { code: 500, status: 'INTERNAL', message: 'An internal error has occurred.' },
  503: { code: 503, status: 'UNAVAILABLE', message: 'The model is overloaded. Please try again later.' },
  504: { code: 504, status: 'DEADLINE_EXCEEDED', message: 'Deadline expired before operation could complete.' },
}
