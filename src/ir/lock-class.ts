// SPDX-License-Identifier: Apache-2.0
import type { Model, ModelObject } from './model.ts'

/**
 * The class of an object or variable, as lockdep has one for all locks initialised at one place: objects that correspond
 * in the copies of a group share it, under the name of the one of the first copy, and so do objects that are declared to.
 * Anything else is a class of its own.
 */
export function classesOf({ objects = [], groups = [] }: Model): (name: string) => string {
  const first = new Map<string, string>()
  for (const { copies } of groups)
    for (const copy of copies)
      for (const list of ['objects', 'variables'] as const)
        for (const [place, name] of copy[list].entries()) first.set(name, copies[0]![list][place]!)
  const declared = new Map(objects.map((object) => [object.name, declaredClass(object)]))
  return (name) => declared.get(name) ?? declared.get(first.get(name) ?? '') ?? first.get(name) ?? name
}

/** A lock that lockdep does not know has a class of its own for everybody else. */
const declaredClass = ({ lockClass }: ModelObject): string | undefined => (lockClass === '' ? undefined : lockClass)
