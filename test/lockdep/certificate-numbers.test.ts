// SPDX-License-Identifier: Apache-2.0
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Model } from '#ir/model'
import { verifyCertificate, type Certificate } from '#lockdep/certificate'
import { certify } from '#lockdep/certify'
import { kernelRegistry } from '../fixtures/models.ts'
import { randomOrdered } from '../fixtures/random-ordered.ts'

const samples = Array.from({ length: 100 }, (_, seed) => randomOrdered(seed)).flatMap((model) => {
  const answer = certify(model, kernelRegistry)
  return 'certificate' in answer ? [{ name: model.summary!, model, certificate: answer.certificate }] : []
})
const verify = (model: Model, certificate: Certificate) => verifyCertificate(model, kernelRegistry, certificate)

/** Every way to change one number in a piece of plain data. */
function* withOneNumberChanged(data: unknown): Generator<unknown> {
  if (typeof data === 'number') {
    for (const other of [data - 1, data + 1, data + 1000, 0.5, NaN, -data]) if (!Object.is(other, data)) yield other
  } else if (Array.isArray(data)) {
    for (const [i, item] of data.entries())
      for (const changed of withOneNumberChanged(item)) yield data.with(i, changed)
  } else if (typeof data === 'object' && data !== null)
    for (const [key, value] of Object.entries(data))
      for (const changed of withOneNumberChanged(value)) yield { ...data, [key]: changed }
}

/** Every way to leave an entry of a list out, double it, rename it, or add one. */
function* withOneEntryChanged(certificate: Certificate): Generator<Certificate> {
  for (const list of ['classes', 'signallers', 'processes'] as const) {
    const entries: readonly object[] = certificate[list]
    for (const [i, entry] of entries.entries()) {
      yield { ...certificate, [list]: entries.toSpliced(i, 1) }
      yield { ...certificate, [list]: [...entries, entry] }
      for (const [key, value] of Object.entries(entry))
        if (typeof value === 'string')
          yield { ...certificate, [list]: entries.with(i, { ...entry, [key]: `${value}'` }) }
    }
  }
  yield { ...certificate, classes: [...certificate.classes, { name: 'another', rank: 0 }] }
  yield { ...certificate, processes: [...certificate.processes, { name: 'another', states: 1, waiting: 0 }] }
}

describe('a certificate', () => {
  test('there are some, with several ranks and with signallers', () => {
    expect(samples.length).toBeGreaterThan(20)
    expect(samples.some(({ certificate }) => certificate.classes.some(({ rank }) => rank > 2))).toBe(true)
    expect(samples.some(({ certificate }) => certificate.signallers.length > 1)).toBe(true)
  })

  test.each(samples)('is accepted for its model, and is plain data: $name', ({ model, certificate }) => {
    expect(verify(model, certificate)).toBeUndefined()
    expect(verify(model, JSON.parse(JSON.stringify(certificate)) as Certificate)).toBeUndefined()
  })

  test.each(samples.slice(0, 20))('is rejected with any one number changed: $name', ({ model, certificate }) => {
    let changes = 0
    for (const changed of withOneNumberChanged(certificate)) {
      changes++
      expect(verify(model, changed as Certificate), JSON.stringify(changed)).toBeTypeOf('string')
    }
    expect(changes).toBeGreaterThan(10)
  })

  test.each(samples.slice(0, 20))('is rejected with an entry missing, doubled or renamed: $name', (sample) => {
    for (const changed of withOneEntryChanged(sample.certificate))
      expect(verify(sample.model, changed), JSON.stringify(changed)).toBeTypeOf('string')
  })

  test('is rejected for every other model, and for this one with a step more', () => {
    for (const { certificate, model } of samples.slice(0, 12)) {
      for (const other of samples)
        if (other.model !== model) expect(verify(other.model, certificate)).toBeTypeOf('string')
      const [body, ...bodies] = model.bodies
      const more = { at: body!.initial, to: body!.initial }
      const longer: Model = { ...model, bodies: [{ ...body!, steps: [...body!.steps, more] }, ...bodies] }
      expect(verify(longer, certificate)).toBe('it is for another model')
    }
  })

  test('says nothing of another schema or another hash', () => {
    const { model, certificate } = samples[0]!
    expect(verify(model, { ...certificate, schema: 'fencecheck-certificate/2' as never })).toMatch(/unknown schema/)
    expect(verify(model, { ...certificate, model: certificate.model.toUpperCase() })).toBe('it is for another model')
  })
})

test('the checker has nothing in common with what writes certificates', () => {
  const folder = new URL('../../src/lockdep/', import.meta.url)
  const files = ['certificate.ts', ...readdirSync(new URL('verify/', folder)).map((file) => `verify/${file}`)]
  expect(files.length).toBeGreaterThan(4)
  for (const file of files) {
    const imports = [...readFileSync(new URL(file, folder), 'utf8').matchAll(/ from '([^']+)'/g)].map(
      ([, from]) => from!,
    )
    for (const from of imports) expect(from).toMatch(/^(#ir|#system|#semantics|#base)\/|^\.\/(verify\/)?[a-z-]+\.ts$/)
    if (file === 'certificate.ts') for (const from of imports) expect(from).not.toMatch(/^\.\/[a-z-]+\.ts$/)
  }
})
