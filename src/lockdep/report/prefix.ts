// SPDX-License-Identifier: Apache-2.0

/** What may stand before the text of a line, in any order and number: what mail, syslog and the console put there. */
const prefix = new RegExp(
  [
    String.raw`[ \t]+`,
    // mail quotes
    String.raw`[>|]+`,
    // syslog, journalctl, the 0-day robot
    String.raw`[A-Z][a-z]{2} +\d{1,2} [\d:]{8} \S{1,80} kernel: ?`,
    String.raw`\d{4}-\d\d-\d\d[T ][\d:.,+Z-]{8,24} (?:\S{1,80} kernel: ?)?`,
    String.raw`kern +:\w{1,8} *: `,
    // netconsole, /dev/kmsg
    String.raw`[TC]\d+;`,
    String.raw`\d+,\d+,\d+,[^;]{1,20};`,
    // log level; time since boot, since the line before, of day
    String.raw`<\d{1,3}>`,
    String.raw`\[ *\+? *\d+\.\d+ *\]`,
    String.raw`\[[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4}\]`,
    // caller
    String.raw`\[ *(?<caller>[TC]\d+)\]`,
  ].join('|'),
  'y',
)

/** Lines longer than this are cut: nothing that lockdep prints is. */
const maxLength = 4096

// oxlint-disable-next-line no-control-regex -- consoles colour their logs
const unseen = /[\r\ufeff]|\u001b\[[\d;]*m/g
/** Mailers indent with them. */
const oddBlanks = /[\u00a0\u2000-\u200b\u3000]/g

/** The text of a line without what was put before it, and which task or CPU printed it, where the console says so. */
export function withoutPrefix(raw: string): { readonly text: string; readonly caller?: string } {
  const line = raw.slice(0, maxLength).replace(unseen, '').replace(oddBlanks, ' ')
  let caller: string | undefined
  let start = 0
  for (;;) {
    prefix.lastIndex = start
    const match = prefix.exec(line)
    if (match === null) break
    caller ??= match.groups?.['caller']
    start = prefix.lastIndex
  }
  const text = line.slice(start).trimEnd()
  return caller === undefined ? { text } : { text, caller }
}
