// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { withInstances } from '#ir/instances'
import { classesOf } from '#ir/lock-class'
import type { Model } from '#ir/model'
import { lower } from '#semantics/lower/lower'
import { lowerMany } from '#semantics/lower/lower-many'
import { instance, kernelRegistry } from '../fixtures/models.ts'

const namesOf = (model: Model): readonly string[] => model.processes.map(({ name }) => name)

describe('instances of processes', () => {
  const model = instance((m) => {
    const s = m.semaphore('s')
    m.thread('p', (t) => (t.down(s), t.up(s)))
    m.thread('p#2', (t) => t.local())
    m.irq('irq', (t) => t.up(s), { on: ['p'] })
  })

  test('one of each is the model itself', () => {
    const { expect: _expect, groups: _groups, ...rest } = model
    expect(withInstances(model, 1)).toEqual(rest)
  })

  test('copies have names of their own, and a handler stays alone and comes on top of all of them', () => {
    const two = withInstances(model, 2)
    expect(namesOf(two)).toEqual(['p', 'p#2', 'irq', "p#2'", 'p#2#2'])
    expect(two.processes.find(({ name }) => name === 'irq')!.handler!.on).toEqual(['p', "p#2'"])
    expect(two.objects).toEqual(model.objects)
    expect(() => lower(two, kernelRegistry)).not.toThrow()
  })

  test('nothing is known of how many processes there can be', () => {
    const max = (name: string) =>
      lowerMany(model, kernelRegistry).variables.find((variable) => variable.name === name)!.max
    expect(max('s.queued')).toBe(Number.MAX_SAFE_INTEGER)
    expect(max('s.count')).toBe(7)
  })
})

test('what corresponds in the copies of a group, or is declared to be of one class, is of one class', () => {
  const model: Model = {
    schema: 'fencecheck-model/1',
    id: 'test/classes',
    objects: ['a0', 'a1', 'b', 'c'].map((name) => ({
      name,
      kind: 'mutex',
      ...((name === 'b' || name === 'c') && { lockClass: 'K' }),
    })),
    bodies: [],
    processes: [],
    groups: [
      {
        name: 'g',
        copies: [
          { processes: [], objects: ['a0'], variables: ['x0'] },
          { processes: [], objects: ['a1'], variables: ['x1'] },
        ],
      },
    ],
  }
  expect(['a0', 'a1', 'b', 'c', 'x0', 'x1', 'd'].map((name) => classesOf(model)(name))).toEqual([
    'a0',
    'a0',
    'K',
    'K',
    'x0',
    'x0',
    'd',
  ])
})
