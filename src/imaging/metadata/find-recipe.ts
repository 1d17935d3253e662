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
  const lines = text.trimEnd().split('\n')
  // Extensions add lines of their own after it.
  const stepsAt = lines.findLastIndex((line) => /^Steps: \d/.test(line))
  const pairsAt = stepsAt < 0 ? lines.length - 1 : stepsAt
  const pairs = pairsIn(lines[pairsAt] ?? '')
  const hasPairs = pairs.size >= 3
  const body = hasPairs ? lines.slice(0, pairsAt) : lines
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

/** "Steps: 20, Model: "sd, xl"". A pair starts at the start or after a comma, so that a long line is read once. */
function pairsIn(line: string): Map<string, string> {
  const pairs = new Map<string, string>()
  const pair = /\s*(\w[\w ]*):\s*("(?:\\.|[^"\\])*"|[^,]*)(?:,|$)/y
  for (let at = 0; at < line.length; ) {
    pair.lastIndex = at
    const [found = '', name = '', value = ''] = pair.exec(line) ?? []
    if (found !== '') pairs.set(name.trim(), value.trim().replace(/^"|"$/g, ''))
    at = found === '' ? line.indexOf(',', at) + 1 || line.length : at + found.length
  }
  return pairs
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

/** A graph of nodes: follows the sampler's links to the texts; size and model come from their own nodes. */
function readComfy(graph: JsonObject): Facts | undefined {
  const nodes = Object.values(graph).filter(isObject)
  const inputsOf = (kind: RegExp) =>
    nodes.flatMap(({ class_type, inputs }) =>
      typeof class_type === 'string' && kind.test(class_type) && isObject(inputs) ? [inputs] : [],
    )
  const [sampler] = inputsOf(/^KSampler|^SamplerCustom/)
  const [guider] = inputsOf(/Guider$/)
  const start = sampler?.positive ?? guider?.conditioning ?? guider?.positive
  const prompt = followText(graph, start, 'positive') ?? firstText(inputsOf(/TextEncode/).map(({ text }) => text))
  const negative = followText(graph, sampler?.negative ?? guider?.negative, 'negative')
  const [latent] = inputsOf(/^Empty\w*Latent/)
  const model = firstText(inputsOf(/Loader/).flatMap(({ ckpt_name, unet_name }) => [ckpt_name, unet_name]))
  return factsOf(prompt, negative, model, latent?.width, latent?.height)
}

const firstText = (values: readonly (Json | undefined)[]) =>
  values.find((value) => typeof value === 'string' && value !== '')

const mostSteps = 64
/** Inputs with a text or a link to one. `text_0` is what a node has shown of it. */
const textInputs = ['text_0', 'text', 'prompt', 'prompt_text', 'string', 'value', 'text_g', 't5xxl', 'clip_l', 'source']
/** What these nodes put out is not in the file: a conditioning without a text, and a text that a language model wrote. */
const isWithoutText = (node: JsonObject) => /^ConditioningZeroOut$|^TextGenerate/.test(String(node.class_type))

/**
 * The text to which a link leads. Nodes refer to each other as `[id, output]`; those that take both prompts, such as a
 * ControlNet, are left on the side on which they were reached. Each node is read once, however many links lead to it.
 */
function followText(graph: JsonObject, first: Json | undefined, side: 'positive' | 'negative'): string | undefined {
  const seen = new Set<string>()

  function read(value: Json | undefined, steps: number): string | undefined {
    if (!Array.isArray(value) || steps > mostSteps) return textOf(value)
    const id = String(value[0])
    const node = Object.hasOwn(graph, id) && !seen.has(id) ? graph[id] : undefined
    seen.add(id)
    if (!isObject(node) || !isObject(node.inputs) || isWithoutText(node)) return undefined
    const { inputs } = node
    const next = (name: string) => read(inputs[name], steps + 1)
    if (inputs.string_a !== undefined) return joinTexts([next('string_a'), next('string_b')], textOf(inputs.delimiter))
    for (const name of [...textInputs, ...branchesOf(graph, inputs), 'conditioning', side, 'conditioning_1']) {
      const found = next(name)
      if (found !== undefined) return found
    }
    return undefined
  }

  return Array.isArray(first) ? read(first, 0) : undefined
}

function joinTexts(parts: readonly (string | undefined)[], delimiter = ''): string | undefined {
  const texts = parts.filter((part) => part !== undefined && part !== '')
  return texts.length > 0 ? texts.join(delimiter) : undefined
}

/** The inputs of a switch, first the one that it lets through. */
function branchesOf(graph: JsonObject, { switch: given }: JsonObject): readonly string[] {
  const node = Array.isArray(given) && Object.hasOwn(graph, String(given[0])) ? graph[String(given[0])] : undefined
  const isOn = isObject(node) && isObject(node.inputs) ? node.inputs.value : given
  return isOn === false ? ['on_false', 'on_true'] : ['on_true', 'on_false']
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
