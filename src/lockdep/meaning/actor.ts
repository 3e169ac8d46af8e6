// SPDX-License-Identifier: Apache-2.0
import type { Frame } from '../report/frame.ts'

export const boot = 'the kernel at boot'

/** Who a stack trace is of, as far as it tells. The first one that fits, counted from the innermost call. */
const signs: readonly (readonly [RegExp, string])[] = [
  [/^(?:_*do_softirq|_*softirqentry|tasklet_action|handle_softirqs|call_timer_fn|run_timer_softirq)/, 'a softirq'],
  [
    /^(?:handle_irq_event|_*handle_irq|_*common_interrupt|asm_sysvec|asm_common_int|_*handle_domain_irq|do_IRQ)/,
    'an interrupt',
  ],
  [/^(?:do_user_addr_fault|exc_page_fault|_*do_page_fault|do_mem_abort)/, 'a page fault'],
  [/^(?:kswapd|balance_pgdat)/, 'kswapd'],
  [/^process_one_work$/, 'a worker'],
  [/^(?:do_one_initcall|kernel_init|start_kernel|init)$/, boot],
  [
    /^(?:el0_svc|entry_SYSCALL|do_syscall|ret_fast_syscall|system_call|syscall_call|tracesys|_*(?:x64|se|arm64|do)?_?sys_)/,
    'a system call',
  ],
  [/^kthread$/, 'a kernel thread'],
]

export function actorOf(frames: readonly Frame[]): string {
  for (const frame of frames) {
    const sign = signs.find(([pattern]) => pattern.test(frame.function))
    if (sign !== undefined) return sign[1]
  }
  return 'somebody'
}

/** Whether a trace is of interrupt context. */
export const interruptOf = (frames: readonly Frame[]): 'softirq' | 'hardirq' | undefined =>
  (({ 'a softirq': 'softirq', 'an interrupt': 'hardirq' }) as const)[actorOf(frames) as 'a softirq' | 'an interrupt']
