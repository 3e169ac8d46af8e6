// SPDX-License-Identifier: Apache-2.0
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { check } from '#check/check'
import { kindOf, wrap } from '#report/words'
import type { ModelSource } from 'fencecheck'

export const findingsPath = 'docs/findings.md'
const root = fileURLToPath(new URL('..', import.meta.url))

/** The page with what each command in it tells now, in the block that begins with the command. */
export async function withOutcomes(page: string): Promise<string> {
  const blocks = [...page.matchAll(/^```\n\$ npx fencecheck check (\S+)(.*)\n[^]*?^```$/gm)]
  let filled = page
  for (const [block, path, flags] of blocks) {
    const { default: source } = (await import(join(root, path!))) as { default: ModelSource }
    const [, variant] = / --variant (\S+)/.exec(flags!) ?? []
    const switches = Object.fromEntries(
      [...flags!.matchAll(/ --switch (\w+)=(\S+)/g)].map(([, name, setting]) => [name!, setting!]),
    )
    const result = await check(source.instantiate(variant, {}, switches), source.registry)
    const told =
      result.violation === undefined ? result.verdict : `${kindOf(result)}: ${result.violation.explanation.headline}`
    filled = filled.replace(
      block,
      () => `\`\`\`\n$ npx fencecheck check ${path}${flags}\n${wrap(told, 118, '')}\n\`\`\``,
    )
  }
  return filled
}
