// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getCallSites } from 'node:util'
import type { Site } from '#base/errors'

/** The folder this file is in: calls from here are the builder's own. */
const own = `${dirname(fileURLToPath(import.meta.url))}${sep}`
const roots = new Map<string, string>()

/**
 * The line of the author's file that called the builder. The path is relative to the package the file belongs to (the
 * nearest folder with a package.json), so that it is the same on every machine.
 */
export function callerSite(): Site | undefined {
  for (const { scriptName, lineNumber } of getCallSites(30, { sourceMap: false })) {
    const path = scriptName.startsWith('file:') ? fileURLToPath(scriptName) : scriptName
    if (path.startsWith(own) || path.startsWith('node:') || path === '') continue
    return { file: relativeToPackage(path), line: lineNumber }
  }
  return undefined
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

/** The first line of the author's files in an error's stack. */
export function siteOfError(error: unknown): Site | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  for (const [, where, line] of stack.matchAll(/((?:file:\/\/)?\/[^\s()]+?\.[cm]?[tj]s):(\d+):\d+/g)) {
    const path = where!.startsWith('file:') ? fileURLToPath(where!) : where!
    if (!path.startsWith(own)) return { file: relativeToPackage(path), line: Number(line) }
  }
  return undefined
}
