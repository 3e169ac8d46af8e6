// SPDX-License-Identifier: Apache-2.0
import type { Site } from '#base/errors'
import { printable } from '#base/text'
import { relativeUri, siteOf } from './place.ts'

/** A message. A name in it can be neither a link (`[text](target)`) nor a placeholder (`{0}`). */
export const message = (text: string): { readonly text: string } => ({
  text: printable(text.toWellFormed())
    .replaceAll('](', '] (')
    .replace(/\{(?=\d)/g, '{ '),
})

/** A place in a model, relative to the package it belongs to. */
export const physicalLocation = ({ file, line }: Site): object => ({
  artifactLocation: { uri: relativeUri(file), uriBaseId: '%SRCROOT%' },
  ...(line > 0 && { region: { startLine: line } }),
})

/** What happens at `file:line`, as far as that is known. */
export const location = (at: string | undefined, text: string): object => ({
  message: message(text),
  ...(at !== undefined && { physicalLocation: physicalLocation(siteOf(at)) }),
})
