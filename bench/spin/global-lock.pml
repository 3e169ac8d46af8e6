/* SPDX-License-Identifier: Apache-2.0 */
/* Twin of models/bench/global-lock.ts: N threads with four steps of their own before and after one lock.
   spin -a -DN=4 FILE && gcc -O2 -DSAFETY -DNOFAIR -o pan pan.c && ./pan */

#ifndef N
#define N 4
#endif

bool lock;

inline acquire(l) { atomic { !l -> l = true } }
inline release(l) { l = false }

/* Assigned, since SPIN merges an assignment to a local variable with its neighbour, and does not merge skip. */
inline work() { x = 0; x = 0; x = 0; x = 0 }

active [N] proctype Thread() {
  byte x;
  work();
  acquire(lock);
  x = 0;
  release(lock);
  work()
}
