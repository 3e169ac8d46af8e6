import { expect, test } from 'vitest'
import 'fencecheck/vitest'
import resetWaits from '../models/reset-waits.ts'

test('the commit waits under the lock that the reset needs', async () => {
  await expect(resetWaits.instantiate('wait-under-lock')).toDeadlock({ between: ['commit', 'reset', 'modeset_lock'] })
})

test('with the wait first nobody waits for ever', async () => {
  await expect(resetWaits.instantiate('wait-first')).toBeDeadlockFree()
  await expect(resetWaits.instantiate('wait-first')).toBeFullyReached()
})
