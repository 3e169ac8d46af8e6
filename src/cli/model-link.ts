// SPDX-License-Identifier: Apache-2.0
import { basename, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * Makes a place in a model (`file:line`) a hyperlink (OSC 8) to the file that the model was loaded from. What the place says
 * is only compared with the name of that file: it comes from a model or a trace, and never becomes a path.
 */
export function modelLink(modelFile: string): (at: string) => string {
  const url = pathToFileURL(resolve(modelFile)).href
  return (at) => {
    const [, name] = /([^/\\]+):\d+$/.exec(at) ?? []
    return name === basename(modelFile) ? `\u001b]8;;${url}\u001b\\${at}\u001b]8;;\u001b\\` : at
  }
}
