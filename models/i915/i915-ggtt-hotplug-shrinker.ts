// SPDX-License-Identifier: Apache-2.0
import { model } from 'fencecheck'

/**
 * On some platforms a write to the GGTT has to run under stop_machine(), which takes the CPU hotplug lock, inside the
 * mutex of the address space. A CPU that is being brought up or down allocates with the hotplug lock held, and reclaim
 * runs a shrinker that wants the mutex to unbind. There the shrinker tries the mutex, and leaves what is bound alone if
 * it misses.
 */
export default model(
  'i915/i915-ggtt-hotplug-shrinker',
  {
    summary: 'stop_machine() under the mutex of the GGTT, and a shrinker that takes that mutex under the hotplug lock.',
    sources: [
      '"drm/i915: Use trylock in shrinker for ggtt on bsw vt-d and bxt, v2", Maarten Lankhorst, 2021-04-26',
      'drivers/gpu/drm/i915/gt/intel_ggtt.c: bxt_vtd_ggtt_insert_entries__BKL(); gem/i915_gem_shrinker.c: i915_gem_shrink(); i915_gem.c: i915_gem_object_unbind(); read at 6.18.19',
      'kernel/stop_machine.c: stop_machine(); read at 6.18.19',
    ],
    abstracts: ['One address space; unbinding is a local step, and does not write the GGTT.'],
    variants: {
      'shrinker-locks': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['bind', 'cpu-hotplug'],
        objects: ['vm_mutex', 'cpu_hotplug_lock'],
      },
      'no-stop-machine': 'holds',
      'shrinker-trylock': 'holds',
    },
  },
  (m, variant) => {
    const hotplug = m.rwsem('cpu_hotplug_lock')
    const vm = m.mutex('vm_mutex')

    m.shrinker('i915_gem_shrinker', (t) => {
      const unbind = (): void => {
        t.local('unbind the vma')
        t.unlock(vm)
      }
      t.at('drivers/gpu/drm/i915/i915_gem.c: i915_gem_object_unbind()')
      if (variant === 'shrinker-trylock') t.trylock(vm, { got: unbind, missed: () => {} })
      else {
        t.lock(vm)
        unbind()
      }
    })
    m.thread('bind', (t) => {
      t.at('drivers/gpu/drm/i915/i915_vma.c: i915_vma_pin_ww()').lock(vm)
      if (variant === 'no-stop-machine') t.local('write the GGTT')
      else {
        t.at('kernel/stop_machine.c: stop_machine()').downRead(hotplug)
        t.local('write the GGTT while no CPU runs anything else')
        t.upRead(hotplug)
      }
      t.unlock(vm)
    })
    m.thread('cpu-hotplug', (t) => {
      t.at('kernel/cpu.c: cpus_write_lock()').downWrite(hotplug)
      t.at('kernel/cpu.c: cpuhp_invoke_callback()').allocKernel()
      t.at('kernel/cpu.c: cpus_write_unlock()').upWrite(hotplug)
    })
    // Memory pressure elsewhere does not hold the hotplug lock.
    m.thread('other-task', (t) => t.allocKernel())
  },
)
