// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { FencecheckError } from '#base/errors'
import { listed } from '#base/text'
import { exitStatus } from '../exit-status.ts'
import { starter } from '../starter.ts'
import type { Terminal } from '../terminal.ts'
import { writeWhole } from '../write-whole.ts'

export function initCommand(program: Command, terminal: Terminal): void {
  program
    .command('init')
    .description('write a small project: a configuration, a model, its test, a workflow; nothing is overwritten')
    .argument('[folder]', 'where', '.')
    .action((folder: string) => {
      const files = starter(program.version() ?? '0', !existsSync(join(folder, 'package.json')))
      const there = files.map(({ path }) => join(folder, path)).filter((path) => existsSync(path))
      if (there.length > 0)
        throw new FencecheckError(
          'file-unwritable',
          `${listed(there)} ${there.length === 1 ? 'is' : 'are'} there already`,
          {
            fix: 'nothing was written; choose another folder, or move what is there away',
          },
        )
      for (const { path, content } of files) {
        writeWhole(join(folder, path), content)
        terminal.out(`wrote ${join(folder, path)}`)
      }
      terminal.out('next: npm install, npx fencecheck check, npx vitest run')
      terminal.exitWith(exitStatus.asExpected)
    })
}
