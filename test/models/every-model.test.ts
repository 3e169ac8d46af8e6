// SPDX-License-Identifier: Apache-2.0
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import { isModelSource, type ModelSource } from 'fencecheck'
import { instancesOf, sampledInstancesOf } from '../fixtures/instances.ts'

const folder = new URL('../../models/', import.meta.url).pathname
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

/** The back-off loop is written in full, although in these variants nobody has to back off a second time. */
const backsOffOnce = ['mixed-older', 'wound-wait']
/** Findings that are the point of a variant. */
const remarkedOn: Readonly<Record<string, readonly string[]>> = {
  // Somebody waits for user space with nothing held, which is legal.
  'syncobj/syncobj-wait-for-submit-locked no-lock': ['unbounded-wait'],
  'syncobj/syncobj-wait-for-submit-locked lookup-before-lock': ['unbounded-wait'],
  'syncobj/future-fence-reclaim user-fence': ['unbounded-wait'],
  // A step that the signal needs is outside of any section.
  'panfrost/panfrost-reset-alloc alloc-outside-section': ['unannotated'],
  'amdgpu/amdgpu-reset-console-lock printk-annotated': ['unannotated'],
}

test('there are models', () => expect(files.length).toBeGreaterThan(30))

describe.each(files)('%s', async (file) => {
  const { default: source } = (await import(join(folder, file))) as { default: ModelSource }

  test('is a model, named for its file, and says where it comes from', () => {
    expect(isModelSource(source)).toBe(true)
    expect(`${source.id}.ts`).toBe(file)
    if (!file.startsWith('bench/')) expect(source.sources.length).toBeGreaterThan(0)
  })

  test.each(instancesOf(source))(
    '$name gives the expected verdict, and no proof is vacuous',
    async ({ name, variant = '-', build }) => {
      const model = build()
      expect(model.expect, 'every variant states what is expected').toBeDefined()
      const result = await check(model, source.registry)
      expect(result.mismatch).toBeUndefined()
      expect(result.statistics.complete).toBe(true)
      if (!backsOffOnce.includes(name))
        expect([...new Set(result.findings.map(({ code }) => code))]).toEqual(
          remarkedOn[`${source.id} ${variant}`] ?? [],
        )
      // In a family who is involved depends on the parameter: test/bench/families.test.ts asks for the names.
      if (model.expect!.verdict === 'violated' && !file.startsWith('bench/')) {
        expect(model.expect!.processes, 'a violation names who is involved').toBeDefined()
        expect(model.expect!.objects, 'a violation names what is involved').toBeDefined()
      }
    },
  )

  test.each(sampledInstancesOf(source))('$name gives the same whichever way it is searched', async ({ build }) => {
    const model = build()
    const [bfs, dfs] = [
      await check(model, source.registry),
      await check(model, source.registry, { order: 'depth-first' }),
    ]
    const told = ({ verdict, violation, statistics }: typeof bfs) => ({
      verdict,
      kind: violation?.kind,
      code: violation?.code,
      shape: violation?.shape,
      processes: violation?.processes,
      objects: violation?.objects,
      states: statistics.states,
      transitions: statistics.transitions,
    })
    expect(told(dfs)).toEqual(told(bfs))
  })
})
