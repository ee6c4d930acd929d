/** How an answer gets to its caller, or does not, when a fault befalls it on the way. */

import type { ServerResponse } from 'node:http';
import type { SimClock } from '../clock.ts';
import { endSlowly, reset } from '../connection.ts';
import type { JsonFault } from './json-faults.ts';

/** True where the fault is that there is no answer, and the call is not carried out. */
export function endsBefore(response: ServerResponse, fault: JsonFault | undefined): boolean {
  return fault?.kind === 'hang' || isBroken(response, fault, 'before');
}

/** True where the fault is that the call was carried out, and no answer comes. */
export function endsAfter(response: ServerResponse, fault: JsonFault | undefined): boolean {
  return isBroken(response, fault, 'after');
}

function isBroken(response: ServerResponse, fault: JsonFault | undefined, when: 'before' | 'after'): boolean {
  if (fault?.kind === 'cut' && fault.when === when) response.destroy();
  else if (fault?.kind === 'reset' && fault.when === when) reset(response);
  else return false;
  return true;
}

/** Sends the body; the head is written already. */
export async function sendBody(
  response: ServerResponse,
  text: string,
  fault: JsonFault | undefined,
  clock: SimClock,
): Promise<void> {
  if (response.destroyed) return;
  const half = text.slice(0, text.length / 2);
  if (fault?.kind === 'slow') await endSlowly(response, Buffer.from(text), fault, clock);
  else if (fault?.kind === 'stall') response.write(half);
  else if (fault?.kind === 'cut') response.write(half, () => response.destroy());
  else response.end(text);
}
