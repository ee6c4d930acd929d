/** Hands the events of a round to the listener: oldest first, and none that an earlier round has dealt with. */

import type { AssociationHint } from '../../domain/hint.ts';
import { type Instant, instant } from '../../domain/time.ts';
import type { ChannelListener } from '../../ports/channel.ts';
import type { Clock } from '../../ports/clock.ts';
import { Breath } from './breath.ts';
import { type Heard, parseRecord, refused } from './record.ts';
import { deliver } from './record-delivery.ts';
import { parseDocument } from './record-fields.ts';
import type { Place } from './record-origin.ts';
import type { Seen } from './seen.ts';
import type { TrailEvent } from './trail-call.ts';

type Deps = {
  readonly clusterName: string;
  readonly place: () => Place;
  readonly seen: Seen;
  readonly clock: Clock;
};

export type HeardEvents = {
  readonly all: boolean;
  readonly records: readonly AssociationHint[];
  readonly breaks: readonly Instant[];
};

export class TrailEvents {
  readonly #deps: Deps;
  readonly #breath: Breath;
  /** With the time of each event: rounds overlap, so that most of what a round reads is known already. */
  readonly #done = new Map<string, Instant>();

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#breath = new Breath(deps.clock);
  }

  /** Whether all of them are in the listener's hands, and what they tell; those that are not may be heard again. */
  async hear(
    events: readonly TrailEvent[],
    listener: ChannelListener,
    signal: AbortSignal,
  ): Promise<HeardEvents> {
    const records: AssociationHint[] = [];
    const breaks: Instant[] = [];
    let all = true;
    for (const event of events.toSorted(byTime)) {
      const { eventId, at } = event;
      if (eventId !== undefined && this.#done.has(eventId)) continue;
      const heard = this.#parse(event.record);
      if (heard.kind === 'association') records.push(heard);
      else if (isBreak(heard)) breaks.push(at ?? this.#deps.clock.now());
      if (deliver(heard, this.#deps.seen, listener) === 'kept') all = false;
      else if (eventId !== undefined) this.#done.set(eventId, at ?? this.#deps.clock.now());
      await this.#breath.after(event.record, signal);
    }
    return { all, records, breaks };
  }

  /** What no round will read again need not be remembered. */
  forgetBefore(time: Instant): void {
    for (const [eventId, at] of this.#done) if (at < time) this.#done.delete(eventId);
  }

  #parse(record: unknown): Heard {
    const { clusterName, place, clock } = this.#deps;
    if (typeof record !== 'string') return refused('malformed', 'an event without a record', undefined);
    const document = parseDocument(record);
    if (document.kind === 'nonsense') return refused('malformed', document.what, undefined);
    const expected = { clusterName, place: place(), channel: 'trail', heardAt: clock.now() } as const;
    return parseRecord(document.value, expected);
  }
}

/** After it nobody knows which associations there are: what it did can't be read, or is told by no record. */
function isBreak(heard: Heard): boolean {
  return heard.kind === 'sweep' || (heard.kind === 'refused' && heard.why === 'malformed');
}

/** Events of the same second keep an order of their own, whatever order CloudTrail gave them in. */
function byTime(one: TrailEvent, other: TrailEvent): number {
  const earlier = (one.at ?? instant(0)) - (other.at ?? instant(0));
  if (earlier !== 0) return earlier;
  return (one.eventId ?? '') < (other.eventId ?? '') ? -1 : 1;
}
