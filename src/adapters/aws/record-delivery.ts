/** Hands what was heard to the listener, once for each event, and tells whether it is in its hands. */

import type { Chronicle } from '../../domain/chronicle.ts';
import type { Refusal } from '../../domain/hint.ts';
import type { Reading } from '../../domain/reading.ts';
import type { Instant } from '../../domain/time.ts';
import type { ChannelListener } from '../../ports/channel.ts';
import type { Heard } from './record.ts';
import type { Seen } from './seen.ts';

/**
 * - `taken`: a hint, and the listener has it
 * - `refused`: no hint, or not for the first time; nothing is left to do
 * - `kept`: the listener threw, against its contract; the record must be heard again
 */
export type Delivery = 'taken' | 'refused' | 'kept';

export function deliver(heard: Heard, seen: Seen, listener: ChannelListener): Delivery {
  try {
    if (heard.kind === 'refused') return refuse(listener, heard);
    const { eventId, eventName, at } = heard.evidence;
    if (seen.has(eventId)) {
      return refuse(listener, { why: 'duplicate', detail: `${eventName} ${eventId}`, eventAt: at });
    }
    listener.hint(heard);
    seen.add(eventId);
    return 'taken';
  } catch {
    return 'kept';
  }
}

type NoHint = { readonly why: Refusal; readonly detail: string; readonly eventAt: Instant | undefined };

function refuse(listener: ChannelListener, { why, detail, eventAt }: NoHint): Delivery {
  listener.refused(why, detail, eventAt);
  return 'refused';
}

/** A listener that throws here loses what it was told, and the channel goes on. */
export function tell(listener: ChannelListener, reading: Reading<undefined>): void {
  try {
    listener.reading(reading);
  } catch {
    return;
  }
}

export function tellChronicle(listener: ChannelListener, chronicle: Chronicle): void {
  try {
    listener.chronicle(chronicle);
  } catch {
    return;
  }
}
