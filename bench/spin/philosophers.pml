/* SPDX-License-Identifier: Apache-2.0 */
/* Twin of models/bench/philosophers.ts: they eat once; with -DREVERSED the last one begins on the right.
   Steps that touch nothing shared are left out: they only cost SPIN states.
   spin -a -DN=4 [-DREVERSED] FILE && gcc -O2 -DSAFETY -DNOFAIR -o pan pan.c && ./pan */

#ifndef N
#define N 4
#endif

#ifdef REVERSED
#define FIRST (_pid == N - 1 -> 0 : _pid)
#define SECOND (_pid == N - 1 -> N - 1 : _pid + 1)
#else
#define FIRST _pid
#define SECOND ((_pid + 1) % N)
#endif

bool fork[N];

inline acquire(l) { atomic { !l -> l = true } }
inline release(l) { l = false }

active [N] proctype Philosopher() {
  acquire(fork[FIRST]);
  acquire(fork[SECOND]);
  release(fork[SECOND]);
  release(fork[FIRST])
}
