import type { FoundRecipe } from '#domain/found-recipe.ts'
import { depthOf } from '#domain/json-depth.ts'

type Facts = Omit<FoundRecipe, 'program'>
type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }
type JsonObject = { readonly [name: string]: Json }

/** No image program nests metadata deeper than this; a malicious file may. */
const mostDepth = 64
const mostPromptLetters = 20_000

/**
 * Finds a recipe in the texts of a file, by their names: `parameters`, `prompt`, `invokeai_metadata`, … Never throws.
 */
export function findRecipe(texts: ReadonlyMap<string, string>): FoundRecipe | undefined {
  const parameters = texts.get('parameters')
  const invoke = objectIn(texts.get('invokeai_metadata') ?? texts.get('sd-metadata'))
  const swarm = objectIn(parameters)?.sui_image_params
  const graph = objectIn(texts.get('prompt'))
  const found =
    named('InvokeAI', invoke && readInvoke(invoke)) ??
    named('SwarmUI', isObject(swarm) ? readSwarm(swarm) : undefined) ??
    named('ComfyUI', graph && readComfy(graph)) ??
    (parameters === undefined ? undefined : readParameters(parameters))
  return found && found.prompt !== '' ? { ...found, prompt: found.prompt.slice(0, mostPromptLetters) } : undefined
}

const named = (program: FoundRecipe['program'], facts: Facts | undefined) => facts && { program, ...facts }

/** A1111, Forge, CivitAI and Atelier: the prompt, optionally "Negative prompt:", then a line of pairs. */
function readParameters(text: string): FoundRecipe | undefined {
  const lines = text.split('\n')
  const last = lines.at(-1) ?? ''
  const pairs = new Map([...last.matchAll(/\s*([\w ]+):\s*("(?:\\.|[^"\\])*"|[^,]*)(?:,|$)/g)].map(pairOf))
  const hasPairs = pairs.size >= 3
  const body = hasPairs ? lines.slice(0, -1) : lines
  const negativeAt = body.findIndex((line) => line.startsWith('Negative prompt:'))
  const prompt = (negativeAt < 0 ? body : body.slice(0, negativeAt)).join('\n').trim()
  if (!hasPairs && negativeAt < 0) return undefined
  const negative = negativeAt < 0 ? '' : body.slice(negativeAt).join('\n').slice('Negative prompt:'.length).trim()
  const [, width, height] = /^(\d+)x(\d+)$/.exec(pairs.get('Size') ?? '') ?? []
  const model = pairs.get('Model')
  return {
    program: pairs.get('Version') === 'Atelier' ? 'Atelier' : 'A1111',
    prompt,
    ...(negative === '' ? {} : { negativePrompt: negative }),
    ...(model ? { model } : {}),
    ...sizeFrom(Number(width), Number(height)),
  }
}

function pairOf([, name = '', value = '']: RegExpMatchArray): [string, string] {
  return [name.trim(), value.trim().replace(/^"|"$/g, '')]
}

function readSwarm(params: JsonObject): Facts | undefined {
  return factsOf(params.prompt, params.negativeprompt, params.model, params.width, params.height)
}

function readInvoke(metadata: JsonObject): Facts | undefined {
  // Version 2 had everything in `image`, later ones at the top level.
  const image = isObject(metadata.image) ? metadata.image : metadata
  const model = metadata.model_weights ?? metadata.model
  const [old] = Array.isArray(image.prompt) ? image.prompt : []
  const prompt = metadata.positive_prompt ?? (isObject(old) ? old.prompt : image.prompt)
  const modelName = isObject(model) ? (model.name ?? model.model_name) : model
  return factsOf(prompt, metadata.negative_prompt, modelName, image.width, image.height)
}

/** A graph of nodes: follows `positive` from the sampler to the text; size and model come from their own nodes. */
function readComfy(graph: JsonObject): Facts | undefined {
  const nodes = Object.values(graph).filter(isObject)
  const inputsOf = (kind: RegExp) => {
    const node = nodes.find(({ class_type }) => typeof class_type === 'string' && kind.test(class_type))
    return isObject(node?.inputs) ? node.inputs : undefined
  }
  const sampler = inputsOf(/^KSampler|^SamplerCustom/)
  const guider = inputsOf(/Guider$/)
  const start = sampler?.positive ?? guider?.conditioning ?? guider?.positive
  const prompt = followText(graph, start, 0) ?? textOf(inputsOf(/TextEncode/)?.text)
  const latent = inputsOf(/^Empty\w*Latent/)
  const loader = inputsOf(/^CheckpointLoader/)?.ckpt_name ?? inputsOf(/^UNETLoader/)?.unet_name
  return factsOf(prompt, followText(graph, sampler?.negative, 0), loader, latent?.width, latent?.height)
}

/** Nodes refer to each other as `[id, output]`. */
function followText(graph: JsonObject, link: Json | undefined, depth: number): string | undefined {
  if (!Array.isArray(link) || depth > 24) return undefined
  const id = String(link[0])
  const node = Object.hasOwn(graph, id) ? graph[id] : undefined
  if (!isObject(node) || !isObject(node.inputs)) return undefined
  const { inputs } = node
  for (const name of ['text', 'prompt', 'string', 'value', 'text_g', 't5xxl', 'clip_l']) {
    const value = textOf(inputs[name]) ?? followText(graph, inputs[name], depth + 1)
    if (value !== undefined) return value
  }
  return followText(graph, inputs.conditioning ?? inputs.positive ?? inputs.conditioning_1, depth + 1)
}

function factsOf(prompt?: Json, negative?: Json, model?: Json, width?: Json, height?: Json): Facts | undefined {
  const words = textOf(prompt)
  if (words === undefined) return undefined
  const [less, name] = [textOf(negative), textOf(model)]
  return {
    prompt: words.trim(),
    ...(less ? { negativePrompt: less } : {}),
    ...(name ? { model: name } : {}),
    ...sizeFrom(width, height),
  }
}

function sizeFrom(width: unknown, height: unknown): { width: number; height: number } | undefined {
  const isSide = (side: unknown): side is number => Number.isInteger(side) && Number(side) > 0 && Number(side) <= 65_536
  return isSide(width) && isSide(height) ? { width, height } : undefined
}

const textOf = (value: Json | undefined) => (typeof value === 'string' ? value : undefined)

function isObject(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** `undefined` for text that is not an object, or is nested too deeply. */
function objectIn(text: string | undefined): JsonObject | undefined {
  if (text === undefined || !text.trimStart().startsWith('{') || depthOf(text) > mostDepth) return undefined
  try {
    // Some programs write NaN, which is not JSON.
    const value = JSON.parse(text.replace(/:\s*NaN\b/g, ': null')) as Json
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
