// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * Unbinding an object could call rcu_barrier(), which kept CPUs from coming and going while it waited. The shrinker
 * unbinds objects, and a CPU that is being brought up or down allocates with the hotplug lock held for writing, so its
 * own reclaim waits for itself, or the reclaim of another task, whose memory it waits for, does. A shrinker that leaves
 * rcu_barrier() out needs no such lock.
 */
export default model(
  'i915/i915-rcu-barrier-shrinker',
  {
    summary: 'A shrinker calls rcu_barrier(), which takes the CPU hotplug lock; a hotplug operation allocates.',
    sources: [
      '"drm/i915/gem: Avoid rcu_barrier() from shrinker paths", Chris Wilson, 2019-12-08',
      'kernel/rcu/tree.c: rcu_barrier() of that time, which takes the hotplug lock for reading; at 6.18.19 it does not',
      'mm/vmscan.c: throttle_direct_reclaim(), balance_pgdat(); read at 6.18.19',
      'Construction: memory-from-kswapd.',
    ],
    abstracts: [
      'Only what rcu_barrier() locks against hotplug is modelled: neither its own mutex nor the callbacks that it waits for.',
      'In memory-from-kswapd and fixed-kswapd the hotplug operation does not reclaim itself: it waits until kswapd has been round.',
    ],
    rules: { 'rcu-barrier': ['R37'], 'memory-from-kswapd': ['R37'] },
    variants: {
      'rcu-barrier': { kind: 'deadlock', shape: 'self', processes: ['cpu-hotplug'], objects: ['cpu_hotplug_lock'] },
      'memory-from-kswapd': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['cpu-hotplug', 'kswapd'],
        objects: ['cpu_hotplug_lock'],
      },
      fixed: 'holds',
      'fixed-kswapd': 'holds',
    },
  },
  (m, variant) => {
    const hotplug = m.rwsem('cpu_hotplug_lock')
    const throttles = variant === 'memory-from-kswapd' || variant === 'fixed-kswapd'
    const short = m.flag('memory_short')
    const freed = m.flag('memory_freed')

    m.shrinker('i915_gem_shrinker', (t) => {
      t.at('drivers/gpu/drm/i915/gem/i915_gem_shrinker.c: i915_gem_shrink()').local('unbind the objects')
      if (variant === 'rcu-barrier' || variant === 'memory-from-kswapd') {
        t.at('kernel/rcu/tree.c: rcu_barrier()').downRead(hotplug)
        t.local('wait for the callbacks of all CPUs')
        t.upRead(hotplug)
      }
    })
    m.thread('cpu-hotplug', (t) => {
      t.at('kernel/cpu.c: cpus_write_lock()').downWrite(hotplug)
      if (throttles) {
        t.set(short, 1)
        t.at('mm/vmscan.c: throttle_direct_reclaim()').await(freed)
      } else t.at('kernel/cpu.c: cpuhp_invoke_callback()').allocKernel()
      t.at('kernel/cpu.c: cpus_write_unlock()').upWrite(hotplug)
    })
    if (throttles)
      m.worker('kswapd', (t) => {
        t.idle()
        t.await(short)
        t.at('mm/vmscan.c: balance_pgdat()').allocKernel()
        t.set(freed, 1)
      })
    // Memory pressure elsewhere holds nothing.
    m.thread('other-task', (t) => t.allocKernel())
  },
)
