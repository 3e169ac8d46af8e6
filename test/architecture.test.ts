// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { expect, test } from 'vitest'

interface Room {
  readonly rooms: readonly string[]
  readonly packages: readonly string[]
}

/**
 * The rooms of src/, lowest first, with what each may import. A room may also import itself. Every room named on a
 * line stands above it, so the table itself proves that no cycle between rooms is possible.
 */
const rooms: Readonly<Record<string, Room>> = {
  base: { rooms: [], packages: [] },
  ir: { rooms: ['base'], packages: ['node:crypto', 'valibot'] },
  system: { rooms: ['base'], packages: [] },
  simplify: { rooms: ['base', 'system'], packages: [] },
  semantics: { rooms: ['base', 'ir', 'system'], packages: [] },
  model: { rooms: ['base', 'ir', 'semantics'], packages: ['node:fs', 'node:path', 'node:url', 'node:util'] },
  // Written as a user would: only with what the package exports.
  kernel: { rooms: [], packages: ['fencecheck'] },
  lockdep: { rooms: ['base', 'ir', 'system', 'semantics', 'model'], packages: ['valibot'] },
  interp: { rooms: ['base', 'system'], packages: ['immutable'] },
  engine: { rooms: ['base', 'system'], packages: [] },
  explore: { rooms: ['base', 'system'], packages: [] },
  reduce: { rooms: ['base', 'system', 'simplify', 'explore'], packages: [] },
  simulate: { rooms: ['base', 'system', 'explore'], packages: [] },
  property: { rooms: ['base', 'ir', 'system', 'explore'], packages: [] },
  trace: { rooms: ['base', 'ir', 'system', 'explore', 'property'], packages: ['valibot'] },
  export: { rooms: ['base', 'system', 'explore', 'property', 'trace'], packages: [] },
  check: {
    rooms: [
      'base',
      'ir',
      'system',
      'semantics',
      'lockdep',
      'interp',
      'engine',
      'explore',
      'reduce',
      'simulate',
      'property',
      'simplify',
      'trace',
    ],
    packages: ['node:timers/promises', 'node:util', 'node:v8'],
  },
  page: {
    rooms: ['trace'],
    packages: ['node:fs', 'node:url', 'preact', 'preact/hooks', 'rolldown'],
  },
  report: {
    rooms: ['base', 'ir', 'semantics', 'lockdep', 'property', 'trace', 'export', 'check', 'page'],
    packages: ['node:crypto', 'node:util'],
  },
  testing: {
    rooms: ['base', 'ir', 'system', 'semantics', 'model', 'lockdep', 'interp', 'trace', 'check', 'report'],
    packages: ['vitest', 'fast-check'],
  },
  cli: {
    rooms: [
      'base',
      'ir',
      'system',
      'semantics',
      'model',
      'lockdep',
      'interp',
      'explore',
      'property',
      'trace',
      'export',
      'check',
      'report',
    ],
    packages: [
      'commander',
      'valibot',
      'node:crypto',
      'node:fs',
      'node:module',
      'node:os',
      'node:path',
      'node:readline/promises',
      'node:url',
      'node:worker_threads',
    ],
  },
}

const src = new URL('../src/', import.meta.url).pathname
const models = new URL('../models/', import.meta.url).pathname

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))

const importsOf = (text: string): string[] =>
  [
    ...text.matchAll(
      /^\s*(?:import|export)\b(?:[^'"();=]*?\bfrom)?\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm,
    ),
  ].map((match) => match[1] ?? match[2]!)

const files = filesIn(src).filter((file) => file.includes('/'))

const textOf = (file: string): string => readFileSync(join(src, file), 'utf8')

test('the guard sees the tree', () => {
  expect(files.length).toBeGreaterThan(400)
  expect(files.flatMap((file) => importsOf(textOf(file))).length).toBeGreaterThan(2_000)
  expect(filesIn(models).length).toBeGreaterThan(120)
})

test('a room is listed after every room it imports', () => {
  const names = Object.keys(rooms)
  for (const [i, name] of names.entries())
    for (const below of rooms[name]!.rooms) expect(names.indexOf(below), `${name} -> ${below}`).toBeLessThan(i)
})

test('every room of the table exists', () => {
  const present = new Set(files.map((file) => file.split('/')[0]))
  expect(Object.keys(rooms).filter((room) => !present.has(room))).toEqual([])
})

test.each(Object.keys(rooms))('%s/ uses all that it may', (room) => {
  const used = new Set(files.filter((file) => file.startsWith(`${room}/`)).flatMap((file) => importsOf(textOf(file))))
  const usedRooms = new Set([...used].filter((spec) => spec.startsWith('#')).map((spec) => spec.slice(1).split('/')[0]))
  expect(rooms[room]!.rooms.filter((below) => !usedRooms.has(below))).toEqual([])
  expect(rooms[room]!.packages.filter((name) => !used.has(name))).toEqual([])
})

test('docs/architecture.md tells of every room', () => {
  const page = readFileSync(new URL('../docs/architecture.md', import.meta.url), 'utf8')
  const told = [...page.matchAll(/^\| `([a-z]+)\/` \|/gm)].map(([, room]) => room)
  expect(told.toSorted()).toEqual(Object.keys(rooms).toSorted())
})

test.each(files)('src/%s imports only what its room may', (file) => {
  const room = file.split('/')[0]!
  const allowed = rooms[room]
  expect(allowed, `src/${room}/ is not in the table`).toBeDefined()
  for (const spec of importsOf(textOf(file))) {
    if (spec.startsWith('.')) {
      const target = join(room, relative(room, join(file, '..')), spec)
      expect(target.split('/')[0], `${spec} climbs out of the room; write #room/file`).toBe(room)
    } else if (spec.startsWith('#')) expect([room, ...allowed!.rooms], spec).toContain(spec.slice(1).split('/')[0])
    else expect(allowed!.packages, spec).toContain(spec)
  }
  expect(basename(file)).toMatch(/^[a-z0-9-]+\.tsx?$/)
})

test.each(filesIn(models))('models/%s imports the package only', (file) => {
  for (const spec of importsOf(readFileSync(join(models, file), 'utf8')))
    expect(spec === 'fencecheck' || spec === 'fencecheck/kernel' || spec.startsWith('./_'), spec).toBe(true)
})

/** Files of one room that import each other in a circle; between rooms the table already excludes it. */
test('no file imports itself, however far around', () => {
  const edges = new Map(
    files.map((file) => {
      const folder = join(file, '..')
      const targets = importsOf(textOf(file)).flatMap((spec) =>
        spec.startsWith('.') ? [join(folder, spec)] : spec.startsWith('#') ? [`${spec.slice(1)}.ts`] : [],
      )
      return [file, targets] as const
    }),
  )
  const circles: string[] = []
  const done = new Set<string>()
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' -> '))
    if (done.has(file) || path.includes(file)) return
    for (const target of edges.get(file) ?? []) walk(target, [...path, file])
    done.add(file)
  }
  for (const file of files) walk(file, [])
  expect(circles).toEqual([])
})

test('nothing below the command line prints', () => {
  const printing = filesIn(src).filter(
    (file) => !file.startsWith('cli/') && /\bconsole\.|process\.(stdout|stderr)/.test(textOf(file)),
  )
  expect(printing).toEqual([])
})

test('every source file carries its licence', () => {
  const without = filesIn(src).filter((file) => !textOf(file).startsWith('// SPDX-License-Identifier: Apache-2.0\n'))
  expect(without).toEqual([])
})

test('what is written refers to nothing that is not here', () => {
  const root = new URL('..', import.meta.url).pathname
  const written = ['src', 'test', 'bench', 'docs', 'models'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(tsx?|md)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  )
  expect(written.length).toBeGreaterThan(800)
  const missing = written.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/(?<![\w/.'-])(?:docs\/)?(?:adr\/)?[\w-]+\.md\b/g)]
      .filter(([path]) => !['', 'docs', 'models'].some((folder) => existsSync(join(root, folder, path))))
      .map(([path]) => `${relative(root, file)}: ${path}`),
  )
  expect(missing).toEqual([])
})
