// SPDX-License-Identifier: Apache-2.0
import type { JSX } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { PageData, PageInstance } from '../data.ts'
import { useAddress } from './address.ts'
import { Definitions } from './definitions.tsx'
import { InstanceView } from './instance-view.tsx'
import { actionOf, type Action } from './keys.ts'
import { isWanted, VerdictList, type Wanted } from './verdict-list.tsx'

/** The whole page. */
export function App({ data }: { readonly data: PageData }): JSX.Element {
  const { instances, sources, configurations } = data
  const [address, go] = useAddress()
  const [wanted, setWanted] = useState<Wanted>({ filter: 'all', search: '' })
  const searchBox = useRef<HTMLInputElement>(null)
  const named = instances.find(({ key }) => key === address.instance)
  const isLost = address.instance !== undefined && named === undefined
  const instance = named ?? (isLost ? undefined : firstToSee(instances))
  const shown = useMemo(() => instances.filter((one) => isWanted(one, wanted)), [instances, wanted])
  const last = instance?.counterexample?.steps.length ?? 0
  const step = Math.min(address.step ?? last, last)

  const choose = (key: string): void => {
    go({ instance: key }, 'jump')
    scrollTo(0, 0)
  }
  const walk = (to: number): void => {
    if (instance !== undefined && to !== step) go({ instance: instance.key, step: to }, 'step')
  }
  const jump = (to: number): void => {
    if (instance !== undefined && to !== step) go({ instance: instance.key, step: to }, 'jump')
  }
  const actions: Readonly<Record<Action, () => void>> = {
    next: () => walk(Math.min(last, step + 1)),
    previous: () => walk(Math.max(0, step - 1)),
    start: () => jump(0),
    end: () => jump(last),
    return: () => jump(instance?.counterexample?.pointOfNoReturn ?? step),
    search: () => searchBox.current?.focus(),
    nextVerdict: () => choose(neighbour(shown, instance, 1)),
    previousVerdict: () => choose(neighbour(shown, instance, -1)),
  }
  const current = useRef(actions)
  current.current = actions
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const action = actionOf(event)
      if (action === undefined) return
      event.preventDefault()
      current.current[action]()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [])
  useEffect(() => {
    document.title = `${instance === undefined ? data.tally : instance.key} – fencecheck`
  }, [instance, data])

  const chosen = instance?.key
  const list = useMemo(
    () => (
      <VerdictList
        {...{ instances, configurations, shown, chosen, wanted, searchBox }}
        onWanted={setWanted}
        onChoose={choose}
      />
    ),
    [instances, configurations, shown, chosen, wanted],
  )
  return (
    <div class={`page ${named !== undefined || instances.length === 1 ? 'is-chosen' : ''}`}>
      <Definitions />
      <header class="top">
        <h1>
          fencecheck <span>{data.tally}</span>
        </h1>
        <p class="keys" aria-hidden="true">
          <kbd>j</kbd> <kbd>k</kbd> step <kbd>Home</kbd> <kbd>End</kbd> <kbd>r</kbd> no return <kbd>[</kbd> <kbd>]</kbd>{' '}
          verdict <kbd>/</kbd> search
        </p>
      </header>
      {list}
      <main>
        <Trouble errors={data.errors} />
        {instance === undefined ? (
          <p class="lead">{isLost ? 'This run has no such instance.' : 'Nothing was checked.'}</p>
        ) : (
          <InstanceView
            key={instance.key}
            {...{ instance, step }}
            source={sources[instance.counterexample?.source ?? -1]}
            onStep={jump}
            onWalk={walk}
            onBack={() => go({}, 'jump')}
          />
        )}
      </main>
    </div>
  )
}

/** What fails comes before what is violated as expected. */
const firstToSee = (instances: readonly PageInstance[]): PageInstance | undefined =>
  instances.find(({ standing, counterexample }) => standing === 'fail' && counterexample !== undefined) ??
  instances.find(({ standing }) => standing !== 'pass') ??
  instances.find(({ counterexample }) => counterexample !== undefined) ??
  instances[0]

function neighbour(shown: readonly PageInstance[], instance: PageInstance | undefined, by: number): string {
  const at = shown.findIndex(({ key }) => key === instance?.key)
  return (shown[Math.min(shown.length - 1, Math.max(0, at + by))] ?? instance)?.key ?? ''
}

/** What could not be checked. */
const Trouble = ({ errors }: { readonly errors: readonly string[] }): JSX.Element | null =>
  errors.length === 0 ? null : (
    <section class="panel trouble" aria-label="Errors">
      <h3>{`${errors.length} could not be checked`}</h3>
      {errors.map((error) => (
        <pre key={error}>{error}</pre>
      ))}
    </section>
  )
