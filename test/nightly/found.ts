// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { writeWhole } from '#cli/write-whole'
import { modelToJson, parseModel } from '#ir/json'
import type { Model } from '#ir/model'
import { verdictOf, type Referee } from './referees.ts'

/** Where models lie that a referee has once disagreed on; every test run asks it again. */
export const foundFolder = join(import.meta.dirname, '../fixtures/found')

/** A model on which a referee has found a difference, as small as it could be made. */
export interface Found {
  readonly referee: string
  /** The random model or the bundled one that it came from. */
  readonly from: string
  readonly difference: string
  readonly model: Model
}

/** Writes a fixture; its path. */
export function writeFound({ referee, from, difference, model }: Found, folder = foundFolder): string {
  const path = join(folder, `${referee}-${from.replace(/[^A-Za-z0-9=.-]+/g, '-')}.json`)
  const reproduce = `npm run nightly -- --replay ${relative(join(import.meta.dirname, '../..'), path)}`
  const head = { reproduce, referee, from, difference }
  writeWhole(path, `${JSON.stringify({ ...head, model: JSON.parse(modelToJson(model)) as unknown }, null, 2)}\n`)
  return path
}

export function readFound(path: string): Found {
  const { model, ...head } = JSON.parse(readFileSync(path, 'utf8')) as Found
  return { ...head, model: parseModel(JSON.stringify(model), path) }
}

/** The fixtures; none where there is no folder. */
export const foundIn = (folder = foundFolder): readonly string[] =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => join(folder, name))

/** Asks the referee of a fixture again; what it says now. */
export async function replayed(
  { referee: name, model }: Found,
  referees: readonly Referee[],
): Promise<string | undefined> {
  const referee = referees.find((one) => one.name === name)
  if (referee === undefined) throw new Error(`there is no referee '${name}'`)
  return verdictOf(referee, model)
}
