// SPDX-License-Identifier: Apache-2.0
import * as v from 'valibot'
import { limits } from './limits.ts'
import { kinds, shapes, type LockdepSays, type ModelContext, type StepTag } from './model.ts'
import { expression, name, record, reference, strict, target, whole } from './expression-schema.ts'

// The JSON form of a model as a schema: the twin of `model.ts` (`twin.ts` holds them together at compile time). What it
// describes is what `schema/model-1.schema.json` says to other programs. It refuses what has the wrong *form*; whether
// names are known and ranges make sense is for `validate` to say, once for models however they were written.

/** The one version that this program reads and writes. */
export const modelVersion = 'fencecheck-model/1'

const text = (description: string) => v.pipe(v.string(), v.description(description))
const known = (description: string) => v.pipe(reference, v.description(description))
const texts = (description: string) => v.pipe(v.array(v.string()), v.description(description))
const names = (description: string) => v.pipe(v.array(reference), v.description(description))
const flag = (description: string) => v.pipe(v.boolean(), v.description(description))
const numbers = (description: string) => v.pipe(record(whole), v.description(description))
const namesByWord = (description: string) => v.pipe(record(reference), v.description(description))
const optional = v.exactOptional

const site = v.pipe(
  strict({
    file: text('Path as the reader should see it.'),
    line: v.pipe(whole, v.minValue(0), v.description('Counts from 1; 0 where only the file is known.')),
  }),
  v.title('Site'),
  v.description('Where something was written. Messages and explanations point here.'),
)

const object = v.pipe(
  strict({
    name,
    kind: known("The primitive: 'mutex', 'rw_semaphore', 'spinlock', 'rwlock', 'completion', 'dma_fence', ..."),
    init: optional(numbers("Start values of shared fields, where they differ from the primitive's own.")),
    refs: optional(namesByWord("Other objects it is tied to, by the primitive's own word.")),
    members: optional(names('Objects that it contains.')),
    role: optional(text('What it is to other models, when models are composed.')),
    lockClass: optional(
      text('Objects with the same one share a lock class, as lockdep has it; empty where lockdep knows nothing of it.'),
    ),
    site: optional(site),
  }),
  v.title('Object'),
  v.description('A kernel object.'),
)

// Reading looks at the value and goes one way; only the JSON Schema shows the alternatives. The same below.
const start = v.pipe(v.union([whole, v.array(whole)]), v.title('Start value'))
const variable = v.pipe(
  strict({
    name,
    min: v.pipe(whole, v.description('Least value. Leaving min .. max is a violation.')),
    max: v.pipe(whole, v.description('Greatest value.')),
    init: v.pipe(
      v.lazy((input): v.GenericSchema<number | number[]> => {
        if (input === undefined) return start
        return Array.isArray(input) ? start.options[1] : start.options[0]
      }),
      v.description('Start value; for an array one for all elements, or a list with one for each.'),
    ),
    length: optional(v.pipe(whole, v.minValue(1), v.description('Makes it an array with indices 0 .. length - 1.'))),
    site: optional(site),
  }),
  v.title('Variable'),
  v.description('A bounded whole number, or an array of them.'),
)

const location = v.pipe(
  strict({ name, rest: optional(flag('The process may legally stay here for ever. It must then hold nothing.')) }),
  v.title('Location'),
)

const set = v.pipe(
  v.array(v.strictTuple([target, expression])),
  v.description('Pairs [target, value], assigned at once: everything is read before anything is written.'),
)
const when = v.pipe(expression, v.description('While this is true (not 0) it may happen. True unless said.'))

const tag = v.picklist(['timeout', 'signal', 'opportunistic', 'user', 'environment'] satisfies StepTag[])
const ofAnyStep = {
  tag: optional(
    v.pipe(
      tag,
      v.description(
        'timeout, signal: gives up a wait. opportunistic, user, environment: may happen, nobody relies on it.',
      ),
    ),
  ),
  optional: optional(
    v.pipe(v.literal(true), v.description('That no run takes the step is no finding: it is part of something larger.')),
  ),
  kernel: optional(text('Kernel source that the step stands for.')),
  site: optional(site),
}
const at = known('The location that the step leaves.')
const to = known('The location that it leads to.')

const callStep = v.pipe(
  strict({
    at,
    call: v.pipe(
      strict({
        op: known('Operation of the primitive.'),
        on: known('Object operated on; `task` for operations on the executing process itself.'),
        args: optional(namesByWord('Further objects that the operation takes, by argument name.')),
        params: optional(numbers('Numbers that the operation takes.')),
        subclass: optional(
          v.pipe(
            whole,
            v.minValue(0),
            v.maxValue(7),
            v.description('For lockdep alone: the nesting level, mutex_lock_nested(lock, subclass).'),
          ),
        ),
        nestLock: optional(known('For lockdep alone: what is held and puts locks of one class in order.')),
      }),
      v.description('An operation on an object.'),
    ),
    exits: namesByWord('Where each exit of the operation leads.'),
    excluded: optional(names('Exits that are assumed never to be taken.')),
    ...ofAnyStep,
  }),
  v.title('Call step'),
)
const guardStep = v.pipe(
  strict({
    at,
    when: optional(when),
    set: optional(set),
    to,
    label: optional(text('How the step is called in a trace.')),
    sync: optional(
      v.pipe(
        strict({
          channel: known('Halves with the same channel meet.'),
          role: v.picklist(['send', 'receive']),
        }),
        v.description('One half of a rendezvous; it fires with a half of the opposite role in another process.'),
      ),
    ),
    ...ofAnyStep,
  }),
  v.title('Guard step'),
)
const assertStep = v.pipe(
  strict({
    at,
    assert: v.pipe(expression, v.description('A violation if it is false where the step is taken.')),
    message: optional(text('How the claim is called in a report.')),
    to,
    ...ofAnyStep,
  }),
  v.title('Assert step'),
)

const anyStep = v.pipe(v.union([callStep, guardStep, assertStep]), v.title('Step'))
type AnyStep = v.InferOutput<typeof anyStep>
const step = v.lazy((input): v.GenericSchema<AnyStep> => {
  if (typeof input !== 'object' || input === null) return anyStep
  if (Object.hasOwn(input, 'call') || Object.hasOwn(input, 'exits')) return callStep
  return Object.hasOwn(input, 'assert') ? assertStep : guardStep
})

const body = v.pipe(
  strict({
    name,
    initial: known('The location where a process begins.'),
    locations: v.array(location),
    steps: v.array(step),
  }),
  v.title('Body'),
  v.description('A control graph. Several processes may run the same body, each at a location of its own.'),
)

const contexts = ['task', 'worker', 'softirq', 'hardirq', 'hardware'] satisfies ModelContext[]
const handler = v.pipe(
  strict({
    on: optional(
      names('Processes it may run on top of. All tasks and workers (under a hardirq: softirqs) unless said.'),
    ),
    idleCpu: optional(flag('Whether it may also come on a CPU that no process uses. True unless said.')),
    when: optional(
      v.pipe(expression, v.description('When it can be raised. Without it it may come, but nobody relies on it.')),
    ),
    set: optional(set),
  }),
  v.title('Handler'),
  v.description('For softirq and hardirq: how it is raised and on top of whom it runs.'),
)
const process = v.pipe(
  strict({
    name,
    body: known('The body it runs.'),
    context: optional(v.pipe(v.picklist(contexts), v.description('`task` unless said.'))),
    handler: optional(handler),
    path: optional(text('The signalling path it is, when models are composed; its name unless said.')),
    site: optional(site),
  }),
  v.title('Process'),
)

const hook = v.pipe(
  strict({
    on: known("The event: 'callback'."),
    object: optional(known('Only for operations on this object.')),
    body: known('The body that runs inside the operation, as the process that performs it.'),
    when: optional(v.pipe(expression, v.description('It runs only while this is true.'))),
  }),
  v.title('Hook'),
)

const group = v.pipe(
  strict({
    name,
    copies: v.array(
      strict({
        processes: names('Processes of the copy.'),
        objects: names('Objects of the copy.'),
        variables: names('Variables of the copy.'),
      }),
    ),
  }),
  v.title('Group'),
  v.description('Replicas declared alike: members at the same place of the lists correspond.'),
)

const invariant = v.pipe(
  strict({
    name,
    always: v.pipe(expression, v.description('True in every reachable state, else a violation.')),
    site: optional(site),
  }),
  v.title('Invariant'),
)

const lockdepSays = v.picklist(['reports', 'silent'] satisfies LockdepSays[])
const expectation = v.pipe(
  strict({
    verdict: v.picklist(['holds', 'violated', 'unknown']),
    kind: optional(v.picklist(kinds)),
    code: optional(known('For faults (misuse, assertion, range, use-after-free, ...): which.')),
    shape: optional(v.picklist(shapes)),
    processes: optional(names('Exactly the processes involved.')),
    objects: optional(names('Exactly the objects involved.')),
    lockdep: optional(
      v.pipe(
        strict({
          plain: optional(lockdepSays),
          annotated: optional(lockdepSays),
          'cross-release': optional(lockdepSays),
          exact: optional(lockdepSays),
        }),
        v.description('What lockdep would do once every path has run, by how it is built.'),
      ),
    ),
  }),
  v.title('Expectation'),
  v.description('The verdict that the author expects, compared as far as it is given.'),
)

/** A model as it stands in a JSON file. */
export const modelSchema = v.pipe(
  strict({
    schema: v.pipe(v.literal(modelVersion), v.description('Name and version of this form.')),
    id: v.pipe(
      v.string(),
      v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/),
      v.maxLength(limits.name),
      v.description('`subsystem/name`; names the model in results, traces and on the command line.'),
    ),
    summary: optional(text('One sentence on what the model shows.')),
    sources: optional(texts('Kernel files and functions, commits, mails that it was written from.')),
    abstracts: optional(texts('What it leaves out, a sentence each; printed with a verdict.')),
    variant: optional(text('The variant that this instance is, if the model has variants.')),
    params: optional(numbers('The parameters that this instance was built with.')),
    switches: optional(
      v.pipe(record(v.string()), v.description('How the configuration switches of the model are set.')),
    ),
    rules: optional(texts('Rules of the DMA-fence contract that a violating variant breaks, by number.')),
    objects: optional(v.array(object)),
    variables: optional(v.array(variable)),
    bodies: v.array(body),
    processes: v.array(process),
    hooks: optional(v.array(hook)),
    groups: optional(v.array(group)),
    invariants: optional(v.array(invariant)),
    expect: optional(expectation),
  }),
  v.title('fencecheck model'),
  v.description('One instance of a model for fencecheck. Explained in docs/model-json.md.'),
)

/** The parts that the JSON Schema gives a name of their own. */
export const definitions = {
  expression: expression.getter(undefined),
  target: target.getter(undefined),
  site,
  object,
  variable,
  start,
  location,
  step: anyStep,
  body,
  handler,
  process,
  hook,
  group,
  invariant,
  expectation,
}
