// SPDX-License-Identifier: Apache-2.0
import type { FencecheckError } from '#base/errors'
import { limits } from '#ir/limits'
import type { ModelObject, ModelVariable } from '#ir/model'
import type { Names } from './names.ts'

/** Checks start values, ties and members of an object. */
export function checkObject(names: Names, object: ModelObject): void {
  const primitive = names.objects.get(object.name)!
  for (const [field, value] of Object.entries(object.init ?? {})) {
    const declaration = Object.hasOwn(primitive.fields, field) ? primitive.fields[field] : undefined
    if (declaration === undefined)
      throw names.unknown(
        'unknown-name',
        `field of ${primitive.name}`,
        field,
        Object.keys(primitive.fields),
        object.site,
      )
    if (declaration.per !== undefined)
      throw names.error(
        'wrong-range',
        `'${field}' of '${object.name}' belongs to processes and cannot be initialised`,
        object.site,
        'let a process perform the operation',
      )
    const max = declaration.max === 'processes' ? limits.processes : declaration.max
    if (!Number.isInteger(value) || value < 0 || value > max)
      throw names.error(
        'wrong-range',
        `'${field}' of '${object.name}' starts at ${value}; it can be 0 to ${max}`,
        object.site,
        'choose a value in that range',
      )
  }
  for (const [ref, target] of Object.entries(object.refs ?? {})) {
    const kind = Object.hasOwn(primitive.refs ?? {}, ref) ? primitive.refs?.[ref] : undefined
    if (kind === undefined)
      throw names.unknown(
        'wrong-argument',
        `ref of ${primitive.name}`,
        ref,
        Object.keys(primitive.refs ?? {}),
        object.site,
      )
    names.isOf(target, kind, `ref '${ref}' of '${object.name}'`, object.site)
  }
  if (object.members !== undefined && primitive.members === undefined)
    throw names.error('wrong-argument', `a ${primitive.name} has no members`, object.site, 'leave members out')
  for (const member of object.members ?? [])
    names.isOf(member, primitive.members!, `member of '${object.name}'`, object.site)
}

/** Checks the range and start values of a variable. */
export function checkVariable(names: Names, { name, min, max, init, length, site }: ModelVariable): void {
  const bad = (what: string, fix: string): FencecheckError =>
    names.error('wrong-range', `variable '${name}': ${what}`, site, fix)
  if (![min, max].every((x) => Number.isInteger(x) && Math.abs(x) <= 2 ** 31))
    throw bad(
      `its range ${min} .. ${max} is not two whole numbers within 2^31`,
      'state min and max as whole numbers from -2147483648 to 2147483647',
    )
  if (min > max) throw bad(`its range ${min} .. ${max} is empty`, 'swap min and max')
  if (length !== undefined && (!Number.isInteger(length) || length < 1))
    throw bad(`its length is ${length}`, 'use a whole number of at least 1')
  const starts = typeof init === 'number' ? [init] : init
  if (typeof init !== 'number' && init.length !== (length ?? 0))
    throw bad(`${init.length} start values for ${length ?? 'no'} elements`, 'give one number, or one for each element')
  for (const start of starts)
    if (!Number.isInteger(start) || start < min || start > max)
      throw bad(`it starts at ${start}, outside ${min} .. ${max}`, 'start inside the range')
}
