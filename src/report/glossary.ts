// SPDX-License-Identifier: Apache-2.0
import type { Kind, Shape } from '#ir/model'
import type { FindingCode } from '#property/property'

// What the words of a verdict mean, for `fencecheck explain`.

const kinds: Readonly<Record<Kind, string>> = {
  misuse: 'a precondition of a primitive fails, or something is held where it must not be; the code says which',
  assertion: 'a claim of the model (t.assert, m.invariant, t.unreachable) is false',
  range: 'a variable of the model leaves its range, or an expression has no value',
  'use-after-free': 'memory of a buffer is accessed after it was given back',
  'stale-data': 'a buffer is read before the move, clear or write that fills it is done',
  'dropped-dependency':
    'an access does not wait for one that it had to be ordered with, or a fence signals before the one it made room for',
  deadlock: 'nothing but the environment ever moves again, and somebody is not at rest',
  'partial-deadlock': 'somebody can never move again, not at rest, while others may run on',
  'unsignalled-fence': 'a fence was published and no continuation signals it, whether or not somebody waits',
  masked: 'only a timeout or a signal to a process ends a wait, while something is held or a fence is owed',
  livelock: 'somebody runs on for ever and can never come to rest again, whatever is scheduled',
  'no-forward-progress':
    'somebody can retry a failed attempt (trylock, back-off) for ever although everybody else who can move gets on; only luck lets it through',
}

const shapes: Readonly<Record<Shape, string>> = {
  self: 'shape: somebody waits for what it holds itself, or what nobody else could bring about, be it that others rest until it has done its part',
  cycle: 'shape: processes wait for each other in a circle',
  irq: 'shape: a circle that is closed by a handler on top of a process, which cannot move meanwhile',
  knot: 'shape: processes wait for each other, and some of them in more than one way, all of which lead back',
  none: 'shape: no circle; what somebody waits for nobody is left to bring about',
}

const findings: Readonly<Record<FindingCode, string>> = {
  'never-reached': 'no run reaches this operation or body: the proof says nothing about it',
  'never-taken': 'the operation is reached, but no run takes this exit or branch',
  'never-awaited': 'the fence is published and nobody ever waits for it',
  'unbounded-wait': 'a wait that only a signal or a timeout may end, by a process that holds nothing: legal',
  'retry-loop':
    'a failed attempt (trylock, back-off) can be repeated for ever, and whether that makes progress is not known, so the verdict is unknown: a reduced search does not tell, nor does fairness where timeouts, signals, a choice of its own or passing over whoever waits in a queue keep the loop going',
  'never-rests': 'a process can come to run on for ever without coming to rest again',
  'fault-ignored': 'a fault of a kind that was not looked for; what comes after it was not judged',
  'not-reduced': 'stubborn sets were asked for, but are not proven for this model; every state was searched',
  'not-symmetric':
    'symmetry was asked for, but something tells the copies of a group (m.copies) apart; they were searched one by one',
  unannotated:
    'a step that a signal needs and that can wait, outside any signalling section: lockdep does not see it (rule R5)',
  'not-shortest': 'the shortest trace was asked for, and a limit was hit before it was known to be that',
  'bound-hit': 'an internal bound of a primitive was reached; what happens beyond was not explored',
}

const switches: Readonly<Record<string, string>> = {
  notifiers:
    "switch: 'on' or 'off'; off leaves out every mmu notifier of the model (no CONFIG_MMU_NOTIFIER, or nobody uses one)",
  timeouts:
    "switch: what becomes of waits that time out. 'error': the model's own branch; 'success': as if the wait had ended well; 'never': they do not fire",
  memory: "switch: 'ample' or 'short'; short lets nobody rely on a new worker of a workqueue being made",
  debugWw:
    "switch: 'on' as CONFIG_DEBUG_WW_MUTEX_SLOWPATH: a lock with a context may answer -EDEADLK without contention",
}

/** Word -> what it means. */
export const glossary: Readonly<Record<string, string>> = { ...kinds, ...shapes, ...findings, ...switches }
