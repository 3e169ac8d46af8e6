// SPDX-License-Identifier: Apache-2.0
import { InvalidArgumentError } from 'commander'

/** Part `index` (from 1) of `count`. */
export interface Shard {
  readonly index: number
  readonly count: number
}

/** `2/3`. */
export function shard(text: string): Shard {
  const [, index, count] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number)
  if (index === undefined || count === undefined || index < 1 || index > count)
    throw new InvalidArgumentError('write it as i/n with i from 1 to n, for example 1/3')
  return { index, count }
}

/** Every n-th of a list: the parts are as long as each other but for one element, and together are the list. */
export const inShard = <T>(list: readonly T[], { index, count }: Shard): readonly T[] =>
  list.filter((_, i) => i % count === index - 1)
