/* SPDX-License-Identifier: Apache-2.0 */
/* Twin of models/bench/ordered-locks.ts: N processes each take two of N locks, the lower one first.
   Steps that touch nothing shared are left out: they only cost SPIN states.
   spin -a -DN=4 FILE && gcc -O2 -DSAFETY -DNOFAIR -o pan pan.c && ./pan */

#ifndef N
#define N 4
#endif

#define FIRST (_pid == N - 1 -> 0 : _pid)
#define SECOND (_pid == N - 1 -> N - 1 : _pid + 1)

bool lock[N];

inline acquire(l) { atomic { !l -> l = true } }
inline release(l) { l = false }

active [N] proctype P() {
  acquire(lock[FIRST]);
  acquire(lock[SECOND]);
  release(lock[SECOND]);
  release(lock[FIRST])
}
