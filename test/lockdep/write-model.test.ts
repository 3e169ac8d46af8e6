// SPDX-License-Identifier: Apache-2.0
import { stripTypeScriptTypes } from 'node:module'
import { assert, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { model, isModelSource, type ModelSource } from '#model/model'
import { contentHash } from '#ir/hash'
import { buildModel } from '#lockdep/model/build-model'
import { modelIdOf } from '#lockdep/stories/model-id'
import { quoted, writeModel } from '#lockdep/model/write-model'
import { storyOf } from '#lockdep/stories/story-of'
import { fixtures, reportOf, textOf } from './fixture.ts'

/** Runs a written model: the one import is of the language, the one export is the model. */
function run(text: string): ModelSource {
  const imported = "import { model } from 'fencecheck'\n"
  expect(text.startsWith(imported)).toBe(true)
  const body = stripTypeScriptTypes(text.slice(imported.length)).replace('export default ', 'return ')
  const source: unknown = new Function('model', body)(model)
  if (!isModelSource(source)) throw new Error('no model')
  return source
}

const written = (text: string) => {
  const story = storyOf(reportOf(text))
  return { plan: story.plan!, id: modelIdOf(story), story }
}

const modelled = fixtures.filter((name) => name !== 'several' && storyOf(reportOf(textOf(name))).plan !== undefined)

test.each(modelled)('what is written of %s is what is checked', (name) => {
  const { plan, id } = written(textOf(name))
  const again = run(writeModel(plan, id, 'a report')).instantiate()
  expect(contentHash(again)).toBe(contentHash(buildModel(plan, id, 'report.txt').model))
})

test('a step more in the written text would be seen', () => {
  const { plan, id } = written(textOf('circular-page-fault'))
  const text = writeModel(plan, id, 'a report').replace('t.upRead', 't.local()\n t.upRead')
  expect(contentHash(run(text).instantiate())).not.toBe(contentHash(buildModel(plan, id, 'report.txt').model))
})

/** Names that would like to be code, a path, or the end of something. */
const hostile = [
  `')}; globalThis.pwned = 1; ({('`,
  '${globalThis.pwned = 1}',
  '`${globalThis.pwned = 1}`',
  '*/ globalThis.pwned = 1 /*',
  '\u2028globalThis.pwned = 1\u2029',
  '\\',
  "\\'",
  '../../etc/passwd',
  '__proto__',
  'constructor',
  'm',
  't',
  'await',
  '// x',
  'task',
  'memory',
  '\u202egnorts',
  'x'.repeat(300),
]

test.each(hostile)('a lock that is called %j stays a name', (name) => {
  const text = textOf('circular-page-fault')
    .replaceAll('&well->rim', name)
    .replaceAll('well_mmap+0x20/0x90 [well]', `well_mmap+0x20/0x90 [${name}]`)
    .replaceAll('bucket/9', `${name.slice(0, 40)}/9`)
  // Some of these are no report any more; what is one is written.
  let report
  try {
    report = reportOf(text)
  } catch {
    return
  }
  const story = storyOf(report)
  const source = run(writeModel(story.plan!, modelIdOf(story), `from ${name}`))
  expect(source.id).toMatch(/^lockdep\/[a-z0-9-]+$/)
  const again = source.instantiate()
  expect(again.objects!.length).toBe(2)
  expect(contentHash(again)).toBe(contentHash(buildModel(story.plan!, source.id, 'report.txt').model))
  expect(Reflect.has(globalThis, 'pwned')).toBe(false)
})

test('any text is quoted as itself', () => {
  assert(
    property(string({ unit: 'binary' }), (text) => {
      const literal = quoted(text)
      expect(literal).toMatch(/^'[\x20-\x7e]*'$/)
      expect(new Function(`return ${literal}`)()).toBe(text.toWellFormed())
    }),
  )
})
