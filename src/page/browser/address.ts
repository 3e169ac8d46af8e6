// SPDX-License-Identifier: Apache-2.0
import { useEffect, useRef, useState } from 'preact/hooks'

/** What is looked at, as a link says it: `#instance=abba/today&step=4`. */
export interface Address {
  readonly instance?: string
  readonly step?: number
}

export function readAddress(hash: string): Address {
  const fields = new URLSearchParams(hash.replace(/^#/, ''))
  const instance = fields.get('instance')
  const step = fields.get('step')
  return {
    ...(instance !== null && { instance }),
    ...(step !== null && /^\d{1,9}$/.test(step) && { step: Number(step) }),
  }
}

export function writeAddress({ instance, step }: Address): string {
  const fields = [
    ...(instance === undefined ? [] : [`instance=${escape(instance)}`]),
    ...(step === undefined ? [] : [`step=${step}`]),
  ]
  return `#${fields.join('&')}`
}

const escape = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replaceAll('%2F', '/').replaceAll('%3D', '=').replaceAll('%20', '+')

/** A jump can be taken back by the browser's button; a single step only changes where it leads to. */
export type Going = 'jump' | 'step'

/** Browsers refuse an address that changes too often: it follows once the steps come to rest. */
const restMs = 150

/** The address, and how to go elsewhere. */
export function useAddress(): readonly [Address, (to: Address, going: Going) => void] {
  const [address, setAddress] = useState(() => readAddress(location.hash))
  const pending = useRef<{ readonly timer: number; readonly write: () => void } | undefined>(undefined)

  const settle = (): void => {
    if (pending.current === undefined) return
    clearTimeout(pending.current.timer)
    pending.current.write()
  }
  useEffect(() => {
    const follow = (): void => {
      clearTimeout(pending.current?.timer)
      pending.current = undefined
      setAddress(readAddress(location.hash))
    }
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])

  const go = (to: Address, going: Going): void => {
    setAddress(to)
    const write = (): void => {
      pending.current = undefined
      history.replaceState(null, '', writeAddress(to))
    }
    if (going === 'step') {
      clearTimeout(pending.current?.timer)
      pending.current = { timer: window.setTimeout(write, restMs), write }
    } else {
      settle()
      history.pushState(null, '', writeAddress(to))
    }
  }
  return [address, go]
}
