// SPDX-License-Identifier: Apache-2.0

const label = String.raw`(?:[A-Za-z0-9 _.,()/=!?+'-]|#\d+;)+`
const id = '[OP][0-9]+'
const statements = {
  participant: new RegExp(`^participant (${id}) as (${label})$`),
  message: new RegExp(`^(${id})(->>|--x|-\\))(${id}): (${label})$`),
  note: new RegExp(`^Note over (${id})(?:,(${id}))?: (${label})$`),
  activate: new RegExp(`^activate (${id})$`),
  deactivate: new RegExp(`^deactivate (${id})$`),
} as const
export type Statement = readonly [keyof typeof statements, ...(string | undefined)[]]

/**
 * The part of Mermaid's sequence diagrams that we write, by a grammar stricter than its own: labels are of harmless
 * characters and character references only, nobody is spoken of before being declared, nothing is deactivated that is not
 * active, the word `end` is nowhere. Throws at anything else.
 */
export function readMermaid(text: string): readonly Statement[] {
  const [head, ...lines] = text.split('\n').slice(0, -1)
  if (head !== 'sequenceDiagram' || !text.endsWith('\n')) throw new Error('no sequence diagram')
  const declared = new Set<string>()
  const active = new Map<string, number>()
  return lines.map((line): Statement => {
    if (/\bend\b/i.test(line)) throw new Error(`the word end: ${line}`)
    for (const kind of Object.keys(statements) as (keyof typeof statements)[]) {
      const match = statements[kind].exec(line.trim())
      if (match === null) continue
      const parts = match.slice(1)
      const actors = kind === 'participant' ? [] : parts.filter((part) => part !== undefined && /^[OP]\d+$/.test(part))
      for (const actor of actors) if (!declared.has(actor!)) throw new Error(`${actor} is not declared: ${line}`)
      if (kind === 'participant') declared.add(parts[0]!)
      if (kind === 'activate') active.set(parts[0]!, (active.get(parts[0]!) ?? 0) + 1)
      if (kind === 'deactivate') {
        const left = (active.get(parts[0]!) ?? 0) - 1
        if (left < 0) throw new Error(`not active: ${line}`)
        active.set(parts[0]!, left)
      }
      return [kind, ...parts]
    }
    throw new Error(`no statement: ${line}`)
  })
}
