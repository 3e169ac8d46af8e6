// SPDX-License-Identifier: Apache-2.0

/**
 * A document as JSON that is also safe on a terminal and in the log of a CI service: characters that could steer either
 * are escaped.
 */
export const jsonText = (document: object): string => safeJson(JSON.stringify(document, null, 2))

/** The same for text that is JSON already. */
export const safeJson = (json: string): string =>
  json.replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]|#(?=#\[)/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
