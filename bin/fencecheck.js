#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Plain old JavaScript: it has to run on a Node that is too old for everything else, and say so.
var major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  process.stderr.write(
    'fencecheck: this is Node ' +
      process.versions.node +
      ' and fencecheck needs Node 24 or newer\n' +
      '  fix: run `npm ci` without --ignore-scripts (it installs Node 24 beside the project) and start it with `npx fencecheck`\n',
  )
  process.exitCode = 2
} else {
  import('../dist/cli/main.js').then(
    function (cli) {
      return cli.main(process.argv.slice(2))
    },
    function (error) {
      if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
      process.stderr.write('fencecheck: it has not been built (' + error.message + ')\n  fix: run `npm run build`\n')
      process.exitCode = 2
    },
  )
}
