// SPDX-License-Identifier: Apache-2.0
import { model, type KernelPath, type ObjectHandle } from 'fencecheck'

/**
 * Writing into an object locks a page of its file and copies from user memory with the page locked. If that memory is a
 * mapping of the same page, the fault wants the lock that its own task holds; two tasks that each write from a mapping
 * of the other's object wait for one another. Faulting the memory in first is not enough, for it may be gone again: the
 * copy under the lock must not fault, and falls back to something else where it would have to.
 */
export default model(
  'i915/i915-pwrite-page-lock',
  {
    summary: 'pwrite copies from user memory with a page locked; the memory may be a mapping of that page.',
    sources: [
      '"drm/i915: Prefault before locking pages in shmem_pwrite", Chris Wilson, 2019-04-01',
      'drivers/gpu/drm/i915/gem/i915_gem_shmem.c: shmem_pwrite(), read in a form of 2021; at 6.18 it calls generic_perform_write() instead',
      'mm/filemap.c: generic_perform_write(); mm/shmem.c: shmem_fault(); read at 6.18.19',
      'Construction: two-tasks.',
    ],
    abstracts: [
      'A page lock is a mutex here; a page is one object, and the copy one attempt.',
      'In two-tasks each process maps the object that the other one writes to.',
      'The path that the copy falls back to has the pages of the object and copies without their locks.',
      'fixed-retry copies in a loop: that each attempt gets further is not judged.',
    ],
    variants: {
      'self-mapping': { kind: 'deadlock', shape: 'self', processes: ['pwrite'], objects: ['page_lock'] },
      'two-tasks': {
        kind: 'deadlock',
        shape: 'cycle',
        processes: ['other-pwrite', 'pwrite'],
        objects: ['other_page_lock', 'page_lock'],
      },
      fixed: 'holds',
      'fixed-two-tasks': 'holds',
      'fixed-retry': 'holds',
    },
  },
  (m, variant) => {
    const page = m.mutex('page_lock', { lockClass: '' })
    const mm = m.mmapLock('mmap_lock')
    const fault = (lock: ObjectHandle<'mutex'>) => (t: KernelPath) => {
      t.at('mm/shmem.c: shmem_get_folio_gfp()').lock(lock)
      t.local('map the page')
      t.unlock(lock)
    }
    /** Writes to the page from memory of the mm. */
    const pwrite = (t: KernelPath, to: ObjectHandle<'mutex'>, from: ObjectHandle<'mmapLock'>): void => {
      const prefault = (): void => t.at('mm/gup.c: fault_in_readable()').copyUser(from)
      const lockPage = (): void => t.at('mm/shmem.c: shmem_write_begin()').lock(to)
      const copyAtomic = (ok: () => void, short: () => void): void => {
        lockPage()
        t.copyUserInatomic(from, {
          ok: () => {
            t.unlock(to)
            ok()
          },
          efault: () => {
            t.unlock(to)
            short()
          },
        })
      }
      if (variant === 'self-mapping' || variant === 'two-tasks') {
        lockPage()
        t.copyUser(from)
        t.unlock(to)
      } else if (variant === 'fixed-retry')
        t.loop(() =>
          copyAtomic(
            () => t.break(),
            () => prefault(),
          ),
        )
      else {
        prefault()
        copyAtomic(
          () => {},
          () => t.at('drivers/gpu/drm/i915/i915_gem.c: i915_gem_shmem_pwrite()').copyUser(from),
        )
      }
    }
    if (variant === 'two-tasks' || variant === 'fixed-two-tasks') {
      const otherPage = m.mutex('other_page_lock', { lockClass: '' })
      const otherMm = m.mmapLock('other_mmap_lock')
      m.faultHandler(mm, 'fault_on_other_page', fault(otherPage))
      m.faultHandler(otherMm, 'fault_on_page', fault(page))
      m.thread('pwrite', (t) => pwrite(t, page, mm))
      m.thread('other-pwrite', (t) => pwrite(t, otherPage, otherMm))
    } else {
      m.faultHandler(mm, 'fault_on_page', fault(page))
      m.thread('pwrite', (t) => pwrite(t, page, mm))
    }
    // Another thread of the process touches the same mapping.
    m.thread('cpu-access', (t) => t.copyUser(mm))
  },
)
