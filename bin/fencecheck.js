#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// Plain old JavaScript: it has to run on a Node that is too old for everything else, and say so.
var major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  process.stderr.write(
    'fencecheck: this is Node ' +
      process.versions.node +
      ' and fencecheck needs Node 24 or newer\n' +
      '  fix: start it with `npx fencecheck`, after `npm ci` without --ignore-scripts in a clone (it installs Node 24 beside the project), or after `npm install --save-dev node@24` in a project of yours\n',
  )
  process.exitCode = 2
} else {
  keepCompiled()
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

/**
 * Has Node keep the compiled code, in the user's own cache and not in a folder that others can write: compiled code is
 * not checked against its source. Each command has a folder, since what is kept is what the first run used. Nothing
 * depends on it; NODE_DISABLE_COMPILE_CACHE=1 turns it off, and NODE_COMPILE_CACHE says another place.
 */
function keepCompiled() {
  var home = process.env.XDG_CACHE_HOME || (process.env.HOME && process.env.HOME + '/.cache')
  var command = /^(check|replay|simulate|list|export|explain|lockdep|init)$/.exec(process.argv[2])
  if (process.env.NODE_COMPILE_CACHE || !home || home[0] !== '/' || !command) return
  var fs = process.getBuiltinModule('node:fs')
  var path = home
  try {
    // Not `recursive`: that never ends where a folder cannot be made for a reason that Node does not expect.
    for (var part of ['', '/fencecheck', '/' + command[0]]) {
      path += part
      if (!fs.existsSync(path)) fs.mkdirSync(path, { mode: 448 })
    }
    process.getBuiltinModule('node:module').enableCompileCache(path)
  } catch (error) {
    // Then nothing is kept.
    if (error.code === undefined) throw error
  }
}
