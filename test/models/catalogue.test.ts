// SPDX-License-Identifier: Apache-2.0
import type { ModelSource } from 'fencecheck'
import { describe, expect, test } from 'vitest'
import { check } from '#check/check'
import { explore } from '#explore/explore'
import { BreadthFirst } from '#explore/frontier'
import { Interpreter } from '#interp/interpreter'
import { lower } from '#semantics/lower/lower'
import pasidIdrIrq from '../../models/amdgpu/pasid-idr-irq.ts'
import fenceCycleTwoDrivers from '../../models/dma-buf/fence-cycle-two-drivers.ts'
import fenceCbSharedLock from '../../models/dma-fence/fence-cb-shared-lock.ts'
import fenceLockAbba from '../../models/dma-fence/fence-lock-abba.ts'
import fenceLockReadside from '../../models/dma-fence/fence-lock-readside.ts'
import fenceWaitInIrq from '../../models/dma-fence/fence-wait-in-irq.ts'
import fenceWaitInSection from '../../models/dma-fence/fence-wait-in-section.ts'
import opportunisticOnly from '../../models/dma-fence/opportunistic-only.ts'
import schedCompleteOnce from '../../models/drm-sched/sched-complete-once.ts'

const sources: readonly ModelSource[] = [
  fenceLockAbba,
  fenceLockReadside,
  fenceWaitInSection,
  fenceWaitInIrq,
  opportunisticOnly,
  fenceCbSharedLock,
  schedCompleteOnce,
  pasidIdrIrq,
  fenceCycleTwoDrivers,
]

/** Every reachable state and every transition between them, without any reduction. */
function size(source: ModelSource, variant: string): { readonly states: number; readonly transitions: number } {
  const machine = new Interpreter(lower(source.instantiate(variant), source.registry))
  const search = explore({ machine, frontier: new BreadthFirst() })
  search.advance(Infinity)
  return { states: search.graph.states, transitions: search.graph.edges }
}

/** `holds`, or the kind, shape and misuse code of the violation. */
async function verdict(source: ModelSource, variant: string): Promise<string> {
  const { verdict: outcome, violation } = await check(source.instantiate(variant), source.registry)
  if (violation === undefined) return outcome
  return [violation.kind, violation.shape, violation.code].filter((word) => word !== undefined).join(' ')
}

describe('every variant has the verdict that its model expects, for the reason it names', () => {
  for (const source of sources)
    for (const variant of source.variants)
      test(`${source.id} ${variant}`, async () => {
        const result = await check(source.instantiate(variant), source.registry)
        expect(result.mismatch).toBeUndefined()
        expect(result.asExpected).toBe(true)
        expect(result.statistics.complete).toBe(true)
        expect(result.findings).toEqual([])
      })
})

describe('states and transitions are those enumerated by hand', () => {
  // A process with n steps is at 0 .. n, the number of steps it has taken; (c, w) is completion at c, waiter at w.

  test('fence-lock-abba buggy', () => {
    // completion: 1 lock, 2 unlock, 3 signal; waiter: 1 lock, 2 wait, 3 unlock. c=1 and w=1,2 exclude each other.
    // w=0: c=0,1,2,3. w=1: c=0,2,3, of which (0, 1) is the deadlock. w=2 and w=3 need the signal: c=3.
    // 4 + 3 + 1 + 1 = 9 states.
    // completion steps: lock (0,0); unlock (1,0); signal (2,0) (2,1) = 4.
    // waiter steps: lock (0,0) (2,0) (3,0); wait (3,1); unlock (3,2) = 5.
    expect(size(fenceLockAbba, 'buggy')).toEqual({ states: 9, transitions: 9 })
  })

  test('fence-lock-abba signal-first', () => {
    // completion: 1 signal, 2 lock, 3 unlock; it holds the lock at c=2, the waiter at w=1,2.
    // w=0: c=0,1,2,3. w=1: c=0,1,3. w=2: signalled and not c=2: c=1,3. w=3: c=1,2,3. 4 + 3 + 2 + 3 = 12 states.
    // completion steps: signal at w=0,1; lock at w=0,3; unlock at w=0,3 = 6.
    // waiter steps: lock at c=0,1,3; wait at c=1,3; unlock at c=1,3 = 7.
    expect(size(fenceLockAbba, 'signal-first')).toEqual({ states: 12, transitions: 13 })
  })

  test('fence-lock-abba unlock-first', () => {
    // waiter: 1 lock, 2 unlock, 3 wait; it holds the lock at w=1 only. Completion as in the buggy variant.
    // w=0: c=0..3. w=1: c=0,2,3. w=2: c=0..3. w=3: c=3. 4 + 3 + 4 + 1 = 12 states.
    // completion steps: lock at w=0,2; unlock at w=0,2; signal at w=0,1,2 = 7.
    // waiter steps: lock at c=0,2,3; unlock at c=0,2,3; wait at c=3 = 7.
    expect(size(fenceLockAbba, 'unlock-first')).toEqual({ states: 12, transitions: 14 })
  })

  test('fence-lock-readside no-writer', () => {
    // completion: 1 down_read, 2 up_read, 3 signal; waiter: 1 down_read, 2 wait, 3 up_read. Readers exclude nobody.
    // w=0,1: any c, 4 each. w=2,3: c=3. 4 + 4 + 1 + 1 = 10 states.
    // completion: 3 steps at w=0,1 = 6. waiter: down_read at 4 places; wait, up_read at c=3 = 6.
    expect(size(fenceLockReadside, 'no-writer')).toEqual({ states: 10, transitions: 12 })
  })

  test('fence-lock-readside lockless-completion', () => {
    // completion: 1 signal. waiter as before, reading at w=1,2. writer: before, queued, holding, done.
    // Without the writer there are six pairs: (0,0) (0,1) (1,0) (1,1) (1,2) (1,3).
    // before: 6. done: 6. holding: nobody reads: (0,0) (1,0) (1,3) = 3. queued: entered while the waiter reads,
    // (0,1) (1,1) (1,2), and kept when it lets go, (1,3) = 4. 6 + 6 + 3 + 4 = 19 states.
    // completion and waiter: 2 + 4 steps before, the same 6 when done; holding: signal (0,0) = 1, as the waiter cannot
    // get in; queued: signal (0,1), wait (1,1), up_read (1,2) = 3. writer: takes it free 3, queues 3, is let in 1,
    // releases 3 = 10. 6 + 6 + 1 + 3 + 10 = 26.
    expect(size(fenceLockReadside, 'lockless-completion')).toEqual({ states: 19, transitions: 26 })
  })

  test('fence-lock-readside queued-writer', () => {
    // Completion reads at c=1, the waiter at w=1,2. The ten pairs of no-writer, before and after the writer: 20.
    // holding: nobody reads: (0,0) (2,0) (3,0) (3,3) = 4.
    // queued: entered where somebody reads: (1,0) (0,1) (1,1) (2,1) (3,1) (3,2) = 6; then (1,0) goes on to (2,0) and
    // (3,0), and (3,2) to (3,3) = 3 more, the semaphore free with the writer queued. 20 + 4 + 9 = 33 states.
    // completion and waiter: 12 steps before, 12 after. holding: signal at (2,0) = 1.
    // queued: (0,1) is the deadlock. (1,0) up_read; (1,1) up_read; (2,1) signal; (3,1) wait; (3,2) up_read; the free
    // semaphore still admits the waiter: (2,0) signal or down_read; (3,0) down_read = 8.
    // writer: takes it free 4, queues 6, is let in at (2,0) (3,0) (3,3) = 3, releases 4 = 17. 12 + 12 + 1 + 8 + 17 = 50.
    expect(size(fenceLockReadside, 'queued-writer')).toEqual({ states: 33, transitions: 50 })
  })

  test('fence-wait-in-section', () => {
    // buggy: worker 1 lock, 2 wait, 3 unlock, 4 signal; input completion 1 lock, 2 unlock, 3 signal; the job waiter
    // has one step, after the worker's 4. (worker, completion): worker 0: completion 0..3; 1: 0 (the deadlock),2,3;
    // 2,3: 3; 4: 3, job waiter before or after. 4 + 3 + 1 + 1 + 2 = 11 states.
    // worker: lock at 0,2,3; wait, unlock, signal = 6. completion: 3 at worker 0, signal at worker 1 = 4. waiter: 1.
    expect(size(fenceWaitInSection, 'buggy')).toEqual({ states: 11, transitions: 11 })
    // lock-after-wait: the worker waits for all of completion, the job waiter for all of the worker: one line of
    // 3 + 4 + 1 steps.
    expect(size(fenceWaitInSection, 'lock-after-wait')).toEqual({ states: 9, transitions: 8 })
    // lockless-completion: completion has one step. worker 0,1: before or after it; 2,3 after; 4 twice. 2+2+1+1+2 = 8.
    // worker: lock twice, wait, unlock, signal = 5; completion at worker 0,1 = 2; waiter 1.
    expect(size(fenceWaitInSection, 'lockless-completion')).toEqual({ states: 8, transitions: 8 })
    // input-needs-job: completion locks and unlocks, then everybody waits: a line of 2 steps.
    expect(size(fenceWaitInSection, 'input-needs-job')).toEqual({ states: 3, transitions: 2 })
  })

  test('fence-wait-in-irq already-signalled', () => {
    // A line: raised; on the user's CPU; lock; signal, which enters the callback; its wait is misuse. The user sleeps.
    expect(size(fenceWaitInIrq, 'already-signalled')).toEqual({ states: 6, transitions: 5 })
  })

  test('opportunistic-only reliable-irq', () => {
    // gpu: 1 finished, 2 raised: 3 states with the handler idle. The handler then runs on the waiter or on another CPU:
    // 2 states before its signal; after it 1 on the waiter, which cannot move, and 2 elsewhere (waiter before or after
    // its wait); back to idle, 2. 3 + 2 + 3 + 2 = 10 states.
    // gpu 2, raise 2, signal 2, return 1 + 2, wait with the handler elsewhere or idle 2 = 11.
    expect(size(opportunisticOnly, 'reliable-irq')).toEqual({ states: 10, transitions: 11 })
  })

  test('opportunistic-only lost-irq-without-shrinker', () => {
    // As reliable-irq with two states more: the irq is about to be raised; it was lost. gpu then takes 4 steps, not 2.
    expect(size(opportunisticOnly, 'lost-irq-without-shrinker')).toEqual({ states: 12, transitions: 13 })
  })

  test('sched-complete-once', () => {
    // (worker, killer), the killer with two waits.
    // complete: (0,0) (1,0) (1,1), and nothing to use up for the second wait.
    expect(size(schedCompleteOnce, 'complete')).toEqual({ states: 3, transitions: 2 })
    // complete-all: (0,0) (1,0) (1,1) (1,2).
    expect(size(schedCompleteOnce, 'complete-all')).toEqual({ states: 4, transitions: 3 })
    // never-ran: 1 a job is pushed, 2 complete_all: (0,0) (1,0) (2,0) (2,1) (2,2); (0,0) is where it hangs.
    expect(size(schedCompleteOnce, 'never-ran')).toEqual({ states: 5, transitions: 4 })
    // idle-from-start: 1 pushed, 2 reinit, 3 complete_all. The killer waits in vain only at 2, but may be anywhere by
    // then: 4 * 3 = 12 states. Worker 3 steps for each of 3; killer 2 steps at worker 0, 1, 3: 9 + 6 = 15.
    expect(size(schedCompleteOnce, 'idle-from-start')).toEqual({ states: 12, transitions: 15 })
  })

  // Timeout work A: 1 lock, 2 look up, 3 unlock, holding the lock at 1,2. Handler I: idle, 1 raised, 2 locked, 3 looked
  // up, 4 unlocked, then back to idle; it holds the lock at 2,3, and is on A's CPU or on another one.

  test('pasid-idr-irq plain', () => {
    // idle: A=0..3, 4 states. On A's CPU: A=0,3: I=1..4, 8 states; A=1,2: I=1 only, 2 states, the deadlock.
    // On another CPU: 4 * 4 less both holding, 2 * 2: 12. 4 + 10 + 12 = 26 states.
    // raise on A's CPU 4, on another 4. A moves: idle 3; I elsewhere: lock at I=1,4, look up and unlock likewise = 6.
    // I on A's CPU, A=0,3: 4 steps each = 8. I elsewhere: lock, look up, unlock at A=0,3 = 6, return at any A = 4.
    // 8 + 3 + 6 + 8 + 10 = 35.
    expect(size(pasidIdrIrq, 'plain')).toEqual({ states: 26, transitions: 35 })
  })

  test('pasid-idr-irq other-cpu', () => {
    // Of the above, idle and elsewhere only: 4 + 12 = 16 states; raise 4, A 3 + 6, I 10 = 23.
    expect(size(pasidIdrIrq, 'other-cpu')).toEqual({ states: 16, transitions: 23 })
  })

  test('pasid-idr-irq irqsave', () => {
    // Both may come to spin with interrupts off: A=s entered from 0 while I=2,3; I=s entered from 1 while A=1,2.
    // idle: A=0,s,1,2,3 (A=s: I has just let go), 5 states. On A's CPU: interrupts are on at A=0,3 only: I=1..4, 8.
    // Elsewhere: 5 * {1,s,2,3,4} less both holding, 4, less (0,s) and (s,s): A was past 0 and s when I began to spin,
    // 2: 19. 5 + 8 + 19 = 32 states.
    // raise: elsewhere 5, on A's CPU 2. A moves, idle: lock from 0 and from s, look up, unlock = 4. A moves, I
    // elsewhere: from 0: I=1,4 lock, I=2,3 to s; from s: I=1,4 lock; look up and unlock at I=1,s,4 = 4 + 2 + 3 + 3.
    // I on A's CPU: 4 * 2 = 8. I elsewhere: from 1: A=0,s,3 lock, A=1,2 to s; from s: A=3 locks; look up and unlock at
    // A=0,s,3; return at any A = 5 + 1 + 3 + 3 + 5. 7 + 4 + 12 + 8 + 17 = 48.
    expect(size(pasidIdrIrq, 'irqsave')).toEqual({ states: 32, transitions: 48 })
  })
})

describe('what must differ does', () => {
  test('readers alone do not hang; a writer queued between them makes them', async () => {
    expect(await verdict(fenceLockReadside, 'no-writer')).toBe('holds')
    expect(await verdict(fenceLockReadside, 'queued-writer')).toBe('deadlock cycle')
    expect(await verdict(fenceLockReadside, 'lockless-completion')).toBe('holds')
  })

  test('a callback that signals under the same lock hangs; under another lock, or later, it does not', async () => {
    expect(await verdict(fenceCbSharedLock, 'shared-lock')).toBe('deadlock self')
    expect(await verdict(fenceCbSharedLock, 'separate-locks')).toBe('holds')
    expect(await verdict(fenceCbSharedLock, 'irq-work')).toBe('holds')
    expect(await verdict(fenceCbSharedLock, 'work-item')).toBe('holds')
  })

  test('complete() lets one wait pass, complete_all() any number, an initial complete_all() even without a worker', async () => {
    expect(await verdict(schedCompleteOnce, 'complete')).toBe('deadlock none')
    expect(await verdict(schedCompleteOnce, 'complete-all')).toBe('holds')
    expect(await verdict(schedCompleteOnce, 'never-ran')).toBe('deadlock none')
    expect(await verdict(schedCompleteOnce, 'idle-from-start')).toBe('holds')
  })

  test('an interrupt hangs on the CPU of the lock holder, not on another, nor with interrupts off', async () => {
    expect(await verdict(pasidIdrIrq, 'plain')).toBe('deadlock irq')
    expect(await verdict(pasidIdrIrq, 'other-cpu')).toBe('holds')
    expect(await verdict(pasidIdrIrq, 'irqsave')).toBe('holds')
  })

  test('a wait in interrupt context is misuse, whether or not it would block; in a work item it is not', async () => {
    expect(await verdict(fenceWaitInIrq, 'callback')).toBe('misuse sleep-in-atomic')
    expect(await verdict(fenceWaitInIrq, 'handler')).toBe('misuse sleep-in-atomic')
    expect(await verdict(fenceWaitInIrq, 'already-signalled')).toBe('misuse sleep-in-atomic')
    expect(await verdict(fenceWaitInIrq, 'deferred')).toBe('holds')
  })

  test('a shrinker that may never run is as good as none', async () => {
    expect(await verdict(opportunisticOnly, 'lost-irq')).toBe('unsignalled-fence none')
    expect(await verdict(opportunisticOnly, 'lost-irq-without-shrinker')).toBe('unsignalled-fence none')
    expect(await verdict(opportunisticOnly, 'fallback-timer')).toBe('holds')
  })
})
