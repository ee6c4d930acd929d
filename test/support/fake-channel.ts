/** A channel as the controller sees it, in memory: the test says what is heard, and when. */

import type { AssociationId } from '../../src/domain/association.ts';
import type { Chronicle } from '../../src/domain/chronicle.ts';
import type { Action, AssociationHint, Channel, Hint, Refusal } from '../../src/domain/hint.ts';
import type { Identity } from '../../src/domain/identity.ts';
import type { Reading } from '../../src/domain/reading.ts';
import type { Instant } from '../../src/domain/time.ts';
import { instant } from '../../src/domain/time.ts';
import type { ChannelListener, RecordChannel } from '../../src/ports/channel.ts';
import type { Clock } from '../../src/ports/clock.ts';

let events = 0;

export type RecordOf = {
  readonly action?: Action;
  readonly identity?: Identity;
  readonly association?: AssociationId;
  readonly channel?: Channel;
  readonly at: Instant;
  readonly heardAt?: Instant;
};

/** A record of an association call by an ordinary user. The time is cut to whole seconds, as CloudTrail cuts it. */
export function recordOf({
  action = 'deleted',
  channel = 'queue',
  at,
  heardAt = at,
  ...of
}: RecordOf): AssociationHint {
  events += 1;
  return {
    kind: 'association',
    action,
    identity: of.identity,
    association: of.association,
    grant: undefined,
    evidence: {
      eventId: `event-${events}`,
      eventName: `${action}PodIdentityAssociation`,
      at: instant(Math.floor(at / 1000) * 1000),
      heardAt,
      channel,
      actor: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/mallory' },
    },
  };
}

export class FakeChannel implements RecordChannel {
  readonly name: Channel;
  readonly #clock: Clock;
  readonly #listeners = new Set<ChannelListener>();

  constructor(name: Channel, clock: Clock) {
    this.name = name;
    this.#clock = clock;
  }

  /** Lets the daemon hear of a call made just now, or at another time. */
  tell(more: Partial<RecordOf>): void {
    const now = this.#clock.now();
    this.hear(recordOf({ at: now, ...more, channel: this.name, heardAt: now }));
  }

  hear(hint: Hint): void {
    for (const listener of this.#listeners) listener.hint(hint);
  }

  /** What CloudTrail itself tells, when it is asked. */
  chronicle(chronicle: Chronicle): void {
    for (const listener of this.#listeners) listener.chronicle(chronicle);
  }

  refuse(why: Refusal, detail: string): void {
    for (const listener of this.#listeners) listener.refused(why, detail, undefined);
  }

  /** The channel could be asked, or could not. */
  read(reading: Reading<undefined>): void {
    for (const listener of this.#listeners) listener.reading(reading);
  }

  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  /** How many daemons listen. */
  get listeners(): number {
    return this.#listeners.size;
  }

  async run(listener: ChannelListener, signal: AbortSignal): Promise<void> {
    this.#listeners.add(listener);
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    this.#listeners.delete(listener);
  }
}
