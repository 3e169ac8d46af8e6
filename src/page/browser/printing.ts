// SPDX-License-Identifier: Apache-2.0
import { useLayoutEffect, useState } from 'preact/hooks'

/** Whether the page is being printed: then everything is drawn. */
export function usePrinting(): boolean {
  const [isPrinting, setPrinting] = useState(() => matchMedia('print').matches)
  useLayoutEffect(() => {
    const query = matchMedia('print')
    const follow = (): void => setPrinting(query.matches)
    const before = (): void => setPrinting(true)
    const after = (): void => setPrinting(false)
    query.addEventListener('change', follow)
    addEventListener('beforeprint', before)
    addEventListener('afterprint', after)
    return () => {
      query.removeEventListener('change', follow)
      removeEventListener('beforeprint', before)
      removeEventListener('afterprint', after)
    }
  }, [])
  return isPrinting
}
