/** One line of the daemon's log, as its standard output has it: JSON. */

import type { JsonObject } from '../kubernetes/object.ts';
import { isRecord, textAt } from '../kubernetes/object.ts';

export type DaemonLine = {
  /** Milliseconds since the epoch, as the daemon wrote it. */
  readonly at: number;
  readonly level: string;
  readonly message: string;
  readonly fields: JsonObject;
};

/** Undefined for what is not a line of the log, such as a warning of the runtime. */
export function parseDaemonLine(line: string): DaemonLine | undefined {
  const fields = parsed(line);
  if (!isRecord(fields)) return undefined;
  const at = Date.parse(textAt(fields, 'time') ?? '');
  const message = textAt(fields, 'msg');
  if (message === undefined || Number.isNaN(at)) return undefined;
  return { at, level: textAt(fields, 'level') ?? 'info', message, fields };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
