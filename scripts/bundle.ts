// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { rolldown, type Plugin } from 'rolldown'
import { pageScript, pageStyle } from '../src/page/compiled.ts'

// Writes dist/: the command, what models import, and what both share, each in one file, since Node spends a millisecond
// on each module it loads. Run: npm run build

const root = fileURLToPath(new URL('..', import.meta.url))

/** Modules of Node that most runs never call: loaded by the first call. */
const late: ReadonlySet<string> = new Set(['node:child_process', 'node:crypto', 'node:readline/promises', 'node:v8'])

/**
 * `import { a as b } from 'node:x'` makes Node read every property of the module for its exports, and so load whatever
 * some of them load when first read: 10 ms for `node:fs`. Taking the wanted ones out of the module costs nothing.
 */
function builtin(module: string, whole: string | undefined, names: readonly string[]): string {
  // The chunk may have something of its own that is called process.
  const from = `globalThis.process.getBuiltinModule("${module}")`
  const lines = names.map((name) => {
    const [theirs, ours = theirs] = name.split(' as ')
    return late.has(module)
      ? `const ${ours} = (...args) => ${from}.${theirs}(...args);`
      : `const ${ours} = ${from}.${theirs};`
  })
  if (whole === undefined) return lines.join('\n')
  const all = late.has(module) ? `new Proxy({}, { get: (_, name) => ${from}[name] })` : from
  return [`const ${whole} = ${all};`, ...lines].join('\n')
}

const plainBuiltins: Plugin = {
  name: 'plain-builtins',
  renderChunk(code) {
    const plain = code.replace(
      /^import (?:([\w$]+)(?:, )?)?(?:\{ (.+) \})? from "(node:[^"]+)";$/gm,
      (_, whole: string | undefined, names: string | undefined, module: string) =>
        builtin(module, whole, names?.split(', ') ?? []),
    )
    const left = /^import .*"node:.*$/m.exec(plain)
    if (left !== null) throw new Error(`an import that this does not know how to write: ${left[0]}`)
    return plain
  },
}

/** V8 keeps a text of ASCII in one byte a character, and any other in two. */
const ascii: Plugin = {
  name: 'ascii',
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle))
      if (file.type === 'chunk')
        file.code = file.code.replace(/[^\0-\x7F]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  },
}

/** The page of the HTML report is compiled now, not by who uses it. */
const compiledPage: Plugin = {
  name: 'compiled-page',
  load(id) {
    if (!id.endsWith('/src/page/compiled.ts')) return null
    return `export const pageScript = ${JSON.stringify(pageScript)}, pageStyle = ${JSON.stringify(pageStyle)}`
  },
}

rmSync(`${root}dist`, { recursive: true, force: true })
const bundle = await rolldown({
  cwd: root,
  input: {
    index: 'src/index.ts',
    'kernel/index': 'src/kernel/index.ts',
    'cli/main': 'src/cli/main.ts',
    'cli/pool-thread': 'src/cli/pool-thread.ts',
    'testing/check': 'src/testing/check.ts',
    'testing/vitest': 'src/testing/vitest.ts',
    'testing/matchers': 'src/testing/matchers.ts',
    'testing/fast-check': 'src/testing/fast-check.ts',
  },
  external: ['vitest', 'fast-check'],
  platform: 'node',
  resolve: { conditionNames: ['fencecheck-source', 'node', 'import', 'default'] },
  plugins: [plainBuiltins, compiledPage, ascii],
})
// Every file but index.js lies in one folder: the sources that ask where they are expect to be one folder deep.
const { output } = await bundle.write({
  dir: 'dist',
  format: 'esm',
  comments: false,
  chunkFileNames: 'cli/[name].js',
  // What models need, and what checking them needs besides: however many entries share them, the command loads few files.
  codeSplitting: {
    groups: [
      { name: 'language', test: /src[/](base|ir|model|semantics|system)[/]/ },
      {
        name: 'checker',
        test: /src[/](check|engine|explore|export|interp|lockdep|page|property|reduce|report|simplify|simulate|trace)[/]|node_modules/,
      },
    ],
  },
})

const packages = new Set(
  output.flatMap((file) =>
    file.type === 'chunk' ? file.moduleIds.map((id) => /node_modules\/([^/]+)/.exec(id)?.[1]) : [],
  ),
)
// Inside of the page.
packages.add('preact')
const licences = [...packages]
  .filter((name) => name !== undefined)
  .toSorted()
  .map((name) => {
    const folder = `${root}node_modules/${name}/`
    const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file))
    const text = readFileSync(`${folder}${file}`, 'utf8')
    return `${name}\n\n${text.trim()}\n`
  })
writeFileSync(`${root}dist/THIRD-PARTY-LICENSES`, licences.join('\n----\n\n'))
