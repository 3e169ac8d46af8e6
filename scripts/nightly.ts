// SPDX-License-Identifier: Apache-2.0
// Compares everything with its reference on random models, for a while: npm run nightly -- --seed 1 --minutes 60
//   --seed <n>         the first seed; others follow in ascending order
//   --minutes <m>      how long
//   --referee <name>   only this comparison; can be repeated (test/nightly/referees.ts lists them)
//   --replay <file>    asks the referee of a fixture once more, and nothing else
// A difference is shrunk and written to test/fixtures/found/, where every test run looks at it again. Exit status: 0 no
// difference, 1 a difference, 2 wrong usage, 130 interrupted without one.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { isModelSource } from '#model/model'
import { instancesOf } from '../test/fixtures/instances.ts'
import { randomLooks } from '../test/fixtures/random-looks.ts'
import { randomModel } from '../test/fixtures/random-model.ts'
import { randomOrdered } from '../test/fixtures/random-ordered.ts'
import { randomProtocol } from '../test/fixtures/random-protocol.ts'
import { randomRetries } from '../test/fixtures/random-retries.ts'
import { randomSections } from '../test/fixtures/random-sections.ts'
import { randomUnreliable } from '../test/fixtures/random-unreliable.ts'
import { readFound, replayed, writeFound } from '../test/nightly/found.ts'
import { hunt, type Candidate, type Tally } from '../test/nightly/hunt.ts'
import { referees } from '../test/nightly/referees.ts'

const say = (text: string): void => void process.stderr.write(`${text}\n`)

function refuse(text: string): never {
  say(`nightly: ${text}\n  fix: npm run nightly -- --seed 1 --minutes 60`)
  process.exit(2)
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        seed: { type: 'string', default: '1' },
        minutes: { type: 'string', default: '10' },
        referee: { type: 'string', multiple: true, default: [] },
        replay: { type: 'string' },
      },
    })
    return values
  } catch (error) {
    return refuse((error as Error).message)
  }
}

const { seed: first, minutes, referee: wanted, replay } = options()
if (!/^\d+$/.test(first)) refuse(`'${first}' is no seed, which is a whole number`)
if (!(Number(minutes) > 0)) refuse(`'${minutes}' are no minutes`)
for (const name of wanted)
  if (!referees.some((referee) => referee.name === name))
    refuse(`there is no referee '${name}' (there are ${referees.map(({ name }) => name).join(', ')})`)

if (replay !== undefined) {
  const difference = await replayed(readFound(replay), referees)
  say(difference === undefined ? 'no difference' : `a difference: ${difference}`)
  process.exit(difference === undefined ? 0 : 1)
}

/** Random models by ascending seed, and between them each bundled one once. */
async function* bundledModels(): AsyncGenerator<Candidate> {
  const folder = join(import.meta.dirname, '../models')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  for (const file of files.toSorted()) {
    const { default: source } = (await import(join(folder, file))) as { readonly default?: unknown }
    if (isModelSource(source))
      for (const { name, build } of instancesOf(source)) yield { from: `${source.id} ${name}`, build }
  }
}

const bundled = await Array.fromAsync(bundledModels())
function* candidates(): Generator<Candidate> {
  for (let seed = Number(first); ; seed++) {
    yield { from: `model ${seed}`, seed, build: () => randomModel(seed) }
    yield { from: `protocol ${seed}`, seed, build: () => randomProtocol(seed) }
    yield { from: `ordered ${seed}`, seed, build: () => randomOrdered(seed) }
    yield { from: `unreliable ${seed}`, seed, build: () => randomUnreliable(seed) }
    yield { from: `retries ${seed}`, seed, build: () => randomRetries(seed) }
    yield { from: `sections ${seed}`, seed, build: () => randomSections(seed) }
    yield { from: `looks ${seed}`, seed, build: () => randomLooks(seed) }
    const next = seed % 4 === 0 ? bundled.pop() : undefined
    if (next !== undefined) yield next
  }
}

let interrupted = false
process.once('SIGINT', () => {
  interrupted = true
  say('')
})
const start = performance.now()
const end = start + Number(minutes) * 60_000
let shown = start
const told = ({ models, refused, asked, found }: Tally): string =>
  `${models} models (${refused} not well formed), ${[...asked].map(([name, n]) => `${name} ${n}`).join(', ')}, ${found.length} differences`

const tally = await hunt({
  candidates: candidates(),
  referees: referees.filter(({ name }) => wanted.length === 0 || wanted.includes(name)),
  isOver: () => interrupted || performance.now() >= end,
  onFound: (found) => say(`${found.referee} on ${found.from}: ${found.difference}\n  written to ${writeFound(found)}`),
  onProgress(tally, from) {
    if (performance.now() < shown + 10_000) return
    shown = performance.now()
    say(`${Math.round((shown - start) / 1000)} s: ${from}; ${told(tally)}`)
  },
})
say(`${interrupted ? 'interrupted' : 'done'} after ${Math.round((performance.now() - start) / 1000)} s: ${told(tally)}`)
process.exit(tally.found.length > 0 ? 1 : interrupted ? 130 : 0)
