// SPDX-License-Identifier: Apache-2.0

/** A time stamp in the middle of a line: here the next record was put behind the one before; rsyslog's line break. */
const stamped = / (?=\[ *\d{1,8}\.\d{2,9}\])|#012/

/** Where people and mailers join lines that the kernel printed apart. */
const joint = new RegExp(
  [
    // before what begins an item
    String.raw` +(?=(?:but task is already holding|which lock already depends|the existing dependency chain|and this task is already|which would create a new|but this new dependency|other info that might help|Chain exists of:|Possible unsafe locking|stack backtrace:|Call [Tt]race:|\d+ locks? held by |no locks held by |-> #\d+ \(|#\d+: (?:[0-9a-f]{8,16} )?\())`,
    // behind what ends with a colon
    String.raw`(?<=(?:trying to acquire lock|already holding lock|in reverse order\) is|held by \S{1,40}/\d{1,8}|\}-\{\d{1,2}:\d{1,2}\}):) +`,
    // between two calls
    String.raw`(?<=\+0x[0-9a-f]{1,8}/0x[0-9a-f]{1,8}(?: \[[\w-]{1,64}\])?) +(?=(?:\? )?[A-Za-z_][\w.]{0,200}\+0x[0-9a-f]{1,8}/0x)`,
  ].join('|'),
)

/** The records on one line of a log, which has its first prefix no longer; each but the first may have one of its own. */
export const recordsOn = (text: string): readonly string[] =>
  text.split(stamped).flatMap((record) => record.split(joint))
