// SPDX-License-Identifier: Apache-2.0
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect } from 'vitest'

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url))
/** The command, as its users start it. */
export const bin = join(root, 'bin/fencecheck.js')

/** The command runs from dist/: what is tested must be what is in src/. */
function refuseStaleBuild(): void {
  const newest = (folder: string, extension: string): number =>
    Math.max(
      0,
      ...readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith(extension))
        .map((name) => statSync(join(folder, name)).mtimeMs),
    )
  const dist = join(root, 'dist')
  if (!existsSync(dist) || newest(dist, '.js') < newest(join(root, 'src'), ''))
    throw new Error('dist/ is older than src/; run `npm run build` before the tests of the command line')
}
refuseStaleBuild()

const made: string[] = []
afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true })
})

/** A folder of one test, outside of every package, gone afterwards. */
export class Workspace {
  readonly path = mkdtempSync(join(tmpdir(), 'fencecheck-cli-'))

  constructor(files: Readonly<Record<string, string | object>> = {}) {
    made.push(this.path)
    for (const [name, content] of Object.entries(files)) this.put(name, content)
  }

  /** Writes a file; an object as JSON. */
  put(name: string, content: string | object): void {
    mkdirSync(dirname(join(this.path, name)), { recursive: true })
    writeFileSync(join(this.path, name), typeof content === 'string' ? content : JSON.stringify(content))
  }

  read(name: string): string {
    return readFileSync(join(this.path, name), 'utf8')
  }

  /** Every file below, by its path, in order. */
  files(folder = ''): string[] {
    const path = join(this.path, folder)
    if (!existsSync(path)) return []
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(path.length + (folder === '' ? 1 : 0)))
      .map((name) => name.replace(/^\//, ''))
      .toSorted()
  }

  /** Runs the command here. */
  run(...args: readonly string[]): Promise<Ran> {
    return this.runWith({}, ...args)
  }

  runWith(how: How, ...args: readonly string[]): Promise<Ran> {
    return execute(how.node ?? process.execPath, [...(how.nodeArgs ?? []), how.script ?? bin, ...args], {
      cwd: this.path,
      ...how,
    })
  }

  /** Runs the command here on a terminal; what it writes to stdout and stderr comes together. */
  runOnTerminal({ env = {}, columns = 80 }: { env?: Environment; columns?: number }, args: string): Promise<Ran> {
    const command = `stty cols ${columns}; exec ${process.execPath} ${bin} ${args}`
    return execute('script', ['-qec', command, '/dev/null'], {
      cwd: this.path,
      env: { TERM: 'xterm-256color', ...env },
    })
  }
}

/** Compiled code is kept between the runs, which halves their start. */
const compiled = join(tmpdir(), 'fencecheck-cli-compiled')

/** Whether `script` is there, which gives a command a terminal. */
// In CI a missing tool is a failure, not a skip.
export const hasTerminals =
  process.env['CI'] !== undefined || spawnSync('script', ['-qec', 'true', '/dev/null']).status === 0

type Environment = Readonly<Record<string, string>>

interface How {
  readonly cwd?: string
  readonly env?: Environment
  readonly input?: string
  readonly node?: string
  readonly nodeArgs?: readonly string[]
  readonly script?: string
  /** Signals: each is sent so many ms after the one before, the first when stderr holds `started`. */
  readonly interrupts?: readonly number[]
  /** Which they are; SIGINT unless said. */
  readonly signals?: readonly ('SIGINT' | 'SIGTERM')[]
}

export interface Ran {
  readonly status: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
  /** From the last signal to the end. */
  readonly msAfterSignal: number
}

function execute(command: string, args: readonly string[], how: How): Promise<Ran> {
  const { promise, resolve, reject } = Promise.withResolvers<Ran>()
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(command, args, { cwd: how.cwd, env: { PATH, HOME, NODE_COMPILE_CACHE: compiled, ...how.env } })
  let [stdout, stderr] = ['', '']
  let signalled = 0
  let waiting = how.interrupts ?? []
  const signals = [...(how.signals ?? [])]
  const interrupt = (): void => {
    const [delay, ...rest] = waiting
    if (delay === undefined || !stderr.includes('started')) return
    waiting = []
    setTimeout(() => {
      signalled = performance.now()
      child.kill(signals.shift() ?? 'SIGINT')
      waiting = rest
      interrupt()
    }, delay)
  }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    interrupt()
  })
  child.stdin.on('error', () => {})
  child.stdin.end(how.input ?? '')
  child.on('error', reject)
  child.on('close', (status, signal) =>
    resolve({ status, signal, stdout, stderr, msAfterSignal: performance.now() - signalled }),
  )
  return promise
}

export interface Fault {
  readonly code: string
  readonly text: string
}

/** The messages on stderr, each of which must say what to do. */
export const faultsOf = ({ stderr }: Ran): readonly Fault[] =>
  [...stderr.matchAll(/^fencecheck: ([^\n]*) \[([a-z-]+)\]\n {2}fix: \S/gm)].map(([, text, code]) => ({
    code: code!,
    text: text!,
  }))

/** The run was refused for one reason: its code, its place (`file:line`), a fix, exit status 2, and no stack. */
export function expectRefused(ran: Ran, code: string, place?: string): void {
  const faults = faultsOf(ran)
  expect(
    faults.map((fault) => fault.code),
    ran.stderr,
  ).toEqual([code])
  if (place !== undefined) expect(`${faults[0]!.text} `).toContain(`${place}: `)
  expect(ran.status).toBe(2)
  expect(ran.stderr).not.toMatch(/^ {4}at /m)
}
