// SPDX-License-Identifier: Apache-2.0
import type { ModelSource } from '#model/model'

/** A model that was found in a file; variants and parameters still open. */
export interface LoadedModel extends Omit<ModelSource, 'sources'> {
  /** As the user would name it: relative to the working directory. */
  readonly file: string
}
