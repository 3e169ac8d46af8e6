/* SPDX-License-Identifier: Apache-2.0 */
/* Twin of models/bench/lock-pairs.ts: N pairs of threads, each pair with two locks of its own.
   Steps that touch nothing shared are left out: they only cost SPIN states.
   spin -a -DN=4 FILE && gcc -O2 -DSAFETY -DNOFAIR -o pan pan.c && ./pan */

#ifndef N
#define N 4
#endif

#define PAIR (_pid / 2)

bool a[N], b[N];

inline acquire(l) { atomic { !l -> l = true } }
inline release(l) { l = false }

active [2 * N] proctype Thread() {
  acquire(a[PAIR]);
  acquire(b[PAIR]);
  release(b[PAIR]);
  release(a[PAIR])
}
