// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getCallSites, type CallSiteObject } from 'node:util'
import type { Site } from '#base/errors'

/** The folder this file is in: calls from here are the builder's own. */
const own = `${dirname(fileURLToPath(import.meta.url))}${sep}`
/** The building blocks, in the sources and in dist/ alike: a reader knows the line that uses one, not those inside. */
const blocks = `${join(own, '..', 'kernel')}${sep}`
const isAuthors = (path: string): boolean => !path.startsWith(own) && !path.startsWith(blocks)

/** Whose script a call is in; each is asked about thousands of times. */
interface Script {
  readonly path: string
  readonly isOwn: boolean
  readonly isBlock: boolean
  readonly isAuthors: boolean
}
const scripts = new Map<string, Script>()

function scriptOf(name: string): Script {
  let script = scripts.get(name)
  if (script === undefined) {
    const path = name.startsWith('file:') ? fileURLToPath(name) : name
    script = {
      path,
      isOwn: path.startsWith(own),
      isBlock: path.startsWith(blocks),
      isAuthors: isAuthors(path) && !path.startsWith('node:') && path !== '',
    }
    scripts.set(name, script)
  }
  return script
}

const roots = new Map<string, string>()

export interface Caller {
  readonly site?: Site
  /** A building block called, whoever called that. */
  readonly inBlock: boolean
}

/** The line of the author's file that called the builder: `caller().site`. */
export const callerSite = (): Site | undefined => caller().site

/**
 * Who called the builder. A path is relative to the package the file belongs to (the nearest folder with a package.json),
 * so that it is the same on every machine. There is no line of the author where a building block writes a body that the
 * builder asked for late: below `instantiate` is only who wanted the model.
 */
export function caller(): Caller {
  let inBlock = false
  for (const { scriptName, lineNumber, functionName } of callSites()) {
    const script = scriptOf(scriptName)
    if (script.isOwn && functionName === 'instantiate') break
    inBlock ||= script.isBlock
    if (script.isAuthors) return { site: { file: relativeToPackage(script.path), line: lineNumber }, inBlock }
  }
  return { inBlock }
}

/** Frames that are looked at first, since V8 takes its time for each and the author is nearly always among them; all. */
const fewFrames = 8
const mostFrames = 60

function* callSites(): Generator<CallSiteObject> {
  const near = getCallSites(fewFrames, { sourceMap: false })
  yield* near
  if (near.length === fewFrames) yield* getCallSites(mostFrames, { sourceMap: false }).slice(fewFrames)
}

/** A path relative to the nearest folder above it that has a package.json; without one, the file's name. */
export function relativeToPackage(path: string): string {
  const folder = dirname(path)
  let root = roots.get(folder)
  if (root === undefined) {
    root = folder
    while (!existsSync(join(root, 'package.json')) && dirname(root) !== root) root = dirname(root)
    if (!existsSync(join(root, 'package.json'))) root = folder
    roots.set(folder, root)
  }
  return relative(root, path).split(sep).join('/')
}

/** The first line of the author's files in an error's stack; as for `caller`, none below `instantiate`. */
export function siteOfError(error: unknown): Site | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  for (const frame of stack.split('\n')) {
    const [, where, line] = /((?:file:\/\/)?\/[^\s()]+?\.[cm]?[tj]s):(\d+):\d+/.exec(frame) ?? []
    if (where === undefined) continue
    const path = where.startsWith('file:') ? fileURLToPath(where) : where
    if (path.startsWith(own) && /\binstantiate\b/.test(frame)) break
    if (isAuthors(path)) return { file: relativeToPackage(path), line: Number(line) }
  }
  return undefined
}
