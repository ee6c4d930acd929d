/** What a bad network does to an answer: slow bodies, bodies that stop half-way, and resets. */

import type { ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { SimClock } from './clock.ts';

/** So many bytes at once, and again after each `ms` of the simulator's clock. */
export type Pace = { readonly bytes: number; readonly ms: number };

/** Sends the body at that pace and then ends the response. Ends early, without a timer, where the caller goes away. */
export async function endSlowly(
  response: ServerResponse,
  body: Buffer,
  { bytes, ms }: Pace,
  clock: SimClock,
): Promise<void> {
  for (let start = 0; start < body.length && !response.destroyed; start += bytes) {
    if (start > 0) await pause(response, ms, clock);
    if (!response.destroyed) response.write(body.subarray(start, start + bytes));
  }
  if (!response.destroyed) response.end();
}

/** Ends after that time, or with the connection. */
async function pause(response: ServerResponse, ms: number, clock: SimClock): Promise<void> {
  await new Promise<void>((resolve) => {
    const cancel = clock.after(ms, () => {
      response.off('close', stop);
      resolve();
    });
    const stop = (): void => {
      cancel();
      resolve();
    };
    response.once('close', stop);
  });
}

/** A reset (RST) rather than an orderly end; under TLS, where there is none to be had, a cut. */
export function reset(response: ServerResponse): void {
  const { socket } = response;
  if (socket === null || socket instanceof TLSSocket) response.destroy();
  else socket.resetAndDestroy();
}
