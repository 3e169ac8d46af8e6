/* SPDX-License-Identifier: Apache-2.0 */
/* Twin of models/bench/fence-farm.ts: N drivers publish and signal; two evictors wait for them in turn,
   with -DATOMIC for all of them at once.
   spin -a -DN=4 [-DATOMIC] FILE && gcc -O2 -DSAFETY -DNOFAIR -o pan pan.c && ./pan */

#ifndef N
#define N 4
#endif

#define PUBLISHED 1
#define SIGNALLED 2

bool reservation, driver[N];
byte fence[N];
#ifdef ATOMIC
byte pending; /* published and not signalled */
#endif

inline acquire(l) { atomic { !l -> l = true } }
inline release(l) { l = false }

inline publish(i) {
#ifdef ATOMIC
  d_step { fence[i] = PUBLISHED; pending++ }
#else
  fence[i] = PUBLISHED
#endif
}

inline signal(i) {
#ifdef ATOMIC
  d_step { fence[i] = SIGNALLED; pending-- }
#else
  fence[i] = SIGNALLED
#endif
}

#define ME (_pid % N)

active [N] proctype Submit() {
  acquire(reservation);
  publish(ME);
  release(reservation)
}

active [N] proctype Worker() {
  fence[ME] == PUBLISHED;
  acquire(driver[ME]);
  release(driver[ME]);
  signal(ME)
}

active [N] proctype Ioctl() {
  acquire(driver[ME]);
  release(driver[ME])
}

active [2] proctype Evictor() {
#ifdef ATOMIC
  acquire(reservation);
  pending == 0;
#else
  byte i;
  acquire(reservation);
  do
  :: i < N && fence[i] != PUBLISHED -> i++
  :: i == N -> break
  od;
#endif
  release(reservation)
}
