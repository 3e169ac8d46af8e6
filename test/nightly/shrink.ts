// SPDX-License-Identifier: Apache-2.0
import { FencecheckError } from '#base/errors'
import { modelToJson, parseModel } from '#ir/json'
import type { Body, Model, Step } from '#ir/model'
import { lower } from '#semantics/lower/lower'
import type { Registry } from '#semantics/registry'

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
type Test<T> = (candidate: T) => Promise<boolean>

/** Whether a model has its JSON form and can be lowered. */
export function isWellFormed(model: Model, registry: Registry): boolean {
  try {
    lower(parseModel(modelToJson(model), 'candidate'), registry)
    return true
  } catch (error) {
    if (error instanceof FencecheckError) return false
    throw error
  }
}

/**
 * A smaller model that is well formed and still `fails`; nothing more can be left out of it in one go. Delta debugging
 * (Zeller and Hildebrandt 2002) on the model's JSON form: parts of lists and optional keys are left out, numbers made
 * smaller, and steps with one way on taken out of their path. Stops early when `isLate`.
 */
export async function shrunk(
  model: Model,
  registry: Registry,
  fails: Test<Model>,
  isLate: () => boolean = () => false,
): Promise<Model> {
  const tried = new Set<string>()
  const test = async (candidate: Model): Promise<boolean> => {
    const text = JSON.stringify(candidate)
    if (isLate() || tried.has(text)) return false
    tried.add(text)
    return isWellFormed(candidate, registry) && (await fails(candidate))
  }
  let smallest = model
  for (let before = ''; before !== JSON.stringify(smallest);) {
    before = JSON.stringify(smallest)
    smallest = await shortened(smallest, test)
    smallest = (await reduced(smallest as unknown as Json, test as unknown as Test<Json>)) as unknown as Model
  }
  return smallest
}

/** What refers to other things comes before what is referred to. */
const order = ['processes', 'hooks', 'invariants', 'groups', 'bodies', 'steps', 'locations', 'objects', 'variables']
const rank = (key: string): number => (order.indexOf(key) + order.length + 1) % (order.length + 1)

async function reduced(value: Json, test: Test<Json>): Promise<Json> {
  if (typeof value === 'number') return smaller(value, test)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    let list: readonly Json[] = await withoutParts(value as readonly Json[], test)
    for (let i = 0; i < list.length; i++) {
      const element = await reduced(list[i]!, (candidate) => test(list.with(i, candidate)))
      list = list.with(i, element)
    }
    return list
  }
  let object = value as { readonly [key: string]: Json }
  for (const key of Object.keys(object).toSorted((a, b) => rank(a) - rank(b))) {
    const { [key]: part, ...rest } = object
    if (await test(rest)) object = rest
    else object = { ...object, [key]: await reduced(part!, (candidate) => test({ ...object, [key]: candidate })) }
  }
  return object
}

/** Leaves out halves, quarters, ..., single elements. */
async function withoutParts(list: readonly Json[], test: Test<Json>): Promise<readonly Json[]> {
  let left = list
  for (let size = list.length; size >= 1; size = Math.floor(size / 2))
    for (let at = 0; at < left.length;) {
      const candidate = left.toSpliced(at, size)
      if (await test(candidate)) left = candidate
      else at += size
    }
  return left
}

async function smaller(value: number, test: Test<Json>): Promise<number> {
  for (const candidate of [0, 1, Math.trunc(value / 2), value - Math.sign(value)])
    if (Math.abs(candidate) < Math.abs(value) && (await test(candidate))) return smaller(candidate, test)
  return value
}

/** Takes out steps from whose location nothing else leads, one after the other: whoever came there goes on at once. */
async function shortened(model: Model, test: Test<Model>): Promise<Model> {
  let shorter = model
  for (let b = 0; b < model.bodies.length; b++)
    for (let at = 0; at < shorter.bodies[b]!.steps.length;) {
      const body = without(shorter.bodies[b]!, at)
      const candidate = body && { ...shorter, bodies: shorter.bodies.with(b, body) }
      if (candidate !== undefined && (await test(candidate))) shorter = candidate
      else at++
    }
  return shorter
}

function without(body: Body, index: number): Body | undefined {
  const { at } = body.steps[index]!
  const [to, ...others] = new Set(targets(body.steps[index]!))
  if (to === undefined || to === at || others.length > 0) return undefined
  if (body.steps.some((step, i) => i !== index && step.at === at)) return undefined
  const instead = (name: string): string => (name === at ? to : name)
  return {
    ...body,
    initial: instead(body.initial),
    locations: body.locations.filter(({ name }) => name !== at),
    steps: body.steps.toSpliced(index, 1).map((step) => redirected(step, instead)),
  }
}

const targets = (step: Step): readonly string[] => ('exits' in step ? Object.values(step.exits) : [step.to])

const redirected = (step: Step, instead: (name: string) => string): Step =>
  'exits' in step
    ? { ...step, exits: Object.fromEntries(Object.entries(step.exits).map(([exit, to]) => [exit, instead(to)])) }
    : { ...step, to: instead(step.to) }
