// SPDX-License-Identifier: Apache-2.0
import type { System } from '#system/system'

/**
 * The lock class of an object, as lockdep has one for all locks initialised at one place: the objects that correspond in
 * the copies of a group share a class, named for the one of the first copy. Any other object is a class of its own.
 */
export function lockClasses({ variables, symmetries }: System): (object: string) => string {
  const classes = new Map<string, string>()
  for (const { copies } of symmetries)
    for (const { variables: members } of copies)
      for (const [place, member] of members.entries()) {
        const [own, first] = [variables[member]?.object, variables[copies[0]?.variables[place] ?? -1]?.object]
        if (own !== undefined && first !== undefined) classes.set(own, first)
      }
  return (object) => classes.get(object) ?? object
}
