/* SPDX-License-Identifier: Apache-2.0 */
/* Twin of models/bench/nested-locks.ts: N threads nest the same three locks in the same order.
   Steps that touch nothing shared are left out: they only cost SPIN states.
   spin -a -DN=4 FILE && gcc -O2 -DSAFETY -DNOFAIR -o pan pan.c && ./pan */

#ifndef N
#define N 4
#endif

bool lock0, lock1, lock2;

inline acquire(l) { atomic { !l -> l = true } }
inline release(l) { l = false }

active [N] proctype Thread() {
  acquire(lock0);
  acquire(lock1);
  acquire(lock2);
  release(lock2);
  release(lock1);
  release(lock0)
}
