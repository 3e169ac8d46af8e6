// SPDX-License-Identifier: Apache-2.0
import { contractRules } from '#semantics/contract'

/** What the letters in the rules stand for. */
export const contractSources = [
  'K: drivers/dma-buf/dma-fence.c, "DOC: fence cross-driver contract" and "DOC: fence signalling annotation"',
  'R: drivers/dma-buf/dma-resv.c, include/linux/dma-resv.h',
  'B: Documentation/driver-api/dma-buf.rst',
  'D: drivers/dma-buf/dma-buf.c, "locking convention"',
  'M: mm/mmu_notifier.c, include/linux/mmu_notifier.h',
  'All read at 6.18. Rules without a letter were argued for in the thread on fence annotations, dri-devel, 2020.',
].join('\n')

/** The page of the contract, in Markdown. */
export const contractPage = (): string =>
  [
    '# The DMA-fence contract, as rules with numbers',
    '',
    'Generated from `src/semantics/contract.ts` by `npm run docs`; `fencecheck explain R7` prints a rule. A model names the',
    'rules that its violating variants break (`rules: [...]`), and a report repeats them.',
    '',
    ...Object.entries(contractRules).map(([rule, text]) => `- **${rule}** ${text}`),
    '',
    ...contractSources.split('\n').map((line) => `- ${line}`),
    '',
  ].join('\n')
