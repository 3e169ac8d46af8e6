/* SPDX-License-Identifier: Apache-2.0 */
/* Twin of models/bench/fence-workers.ts: N workers pass one lock and signal; a waiter waits for each of them.
   Steps that touch nothing shared are left out: they only cost SPIN states.
   spin -a -DN=4 FILE && gcc -O2 -DSAFETY -DNOFAIR -o pan pan.c && ./pan */

#ifndef N
#define N 4
#endif

bool shared, held, signalled[N];

inline acquire(l) { atomic { !l -> l = true } }
inline release(l) { l = false }

active [N] proctype Worker() {
  acquire(shared);
  release(shared);
  signalled[_pid] = true
}

active proctype Waiter() {
  byte i;
  acquire(held);
  do
  :: i < N && signalled[i] -> i++
  :: i == N -> break
  od;
  release(held)
}
