/** Any number of pods stamped out of their templates into an answer, as fast as it is taken. */

import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Template } from './template.ts';
import { stamp } from './template.ts';

/** So much is written at once. */
const CHUNK_BYTES = 256 * 1024;

export type Range = {
  readonly first: number;
  readonly last: number;
  /** Of the pod with serial 0; each next one has the next. */
  readonly version: number;
  /** Whether pods share a write; else each event is one, as the API server does it. */
  readonly isWhole: boolean;
};

export async function sendStamped(
  templates: readonly Template[],
  { first, isWhole, last, version }: Range,
  response: ServerResponse,
): Promise<void> {
  for (let serial = first; serial < last && !response.destroyed; ) {
    const chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    let end = 0;
    for (; serial < last; serial += 1) {
      const template = templateOf(templates, serial);
      if (end + template.bytes.length > CHUNK_BYTES) break;
      const pod = stamp(template, { serial, version: version + serial }, chunk.subarray(end));
      end += pod.length;
      if (!isWhole) response.write(pod);
    }
    if (isWhole) response.write(chunk.subarray(0, end));
    if (response.writableNeedDrain) await drained(response);
    // Where the reader is fast enough nothing else would have its turn: other requests wait as well.
    await nextTurn();
  }
}

export function templateOf(templates: readonly Template[], serial: number): Template {
  const template = templates[serial % templates.length];
  if (template === undefined) throw new Error('there are no templates');
  return template;
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      response.off('drain', over).off('close', over);
      resolve();
    };
    response.on('drain', over).on('close', over);
  });
}
