// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { contentHash } from '#ir/hash'
import type { Model } from '#ir/model'
import { everything } from './samples.ts'

/** Where a value of the model stands: `bodies.0.steps.2.sync.role`. */
type Place = string

/** What says where a thing is written, or how it is described. */
const description =
  /(^|\.)site\.|^(summary|sources|abstracts|rules|expect)\b|^objects\.\d+\.role$|^processes\.\d+\.path$|\.steps\.\d+\.(kernel|label|message)$/

/** Places of numbers, words and truths. */
const places = (value: unknown, place: Place = ''): readonly Place[] =>
  typeof value !== 'object' || value === null
    ? [place]
    : Object.entries(value).flatMap(([key, inner]) => places(inner, place === '' ? key : `${place}.${key}`))

const other = (value: unknown): unknown =>
  typeof value === 'number' ? value + 1 : typeof value === 'boolean' ? !value : `${String(value)}'`

/** The model with another value at a place. */
function changedAt(place: Place): Model {
  const model = structuredClone(everything)
  const keys = place.split('.')
  const last = keys.pop()!
  // oxlint-disable-next-line typescript/no-explicit-any -- breaking the form is the point
  const holder = keys.reduce<any>((inner, key) => inner[key], model)
  holder[last] = other(holder[last])
  return model
}

describe('the hash of a model', () => {
  test.each(places(everything).filter((place) => !description.test(place)))('depends on %s', (place) => {
    expect(contentHash(changedAt(place))).not.toBe(contentHash(everything))
  })

  test.each(places(everything).filter((place) => description.test(place)))('does not depend on %s', (place) => {
    expect(contentHash(changedAt(place))).toBe(contentHash(everything))
  })
})
