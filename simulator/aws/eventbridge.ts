/** An EventBridge rule: wraps the records that match its pattern and delivers them to a queue. */

import type { SimClock } from '../clock.ts';
import type { CloudTrail } from './cloudtrail.ts';
import type { Delivery } from './eventbridge-delivery.ts';
import { DELIVERED_AT_ONCE, deliveriesOf } from './eventbridge-delivery.ts';
import { envelopeOf } from './eventbridge-envelope.ts';
import type { EventPattern } from './eventbridge-pattern.ts';
import { ASSOCIATION_PATTERN, matches } from './eventbridge-pattern.ts';
import type { TrailRecord } from './records.ts';

export type RuleOptions = {
  readonly clock: SimClock;
  readonly trail: CloudTrail;
  /** Puts a message into the target. Throws where there is none. */
  readonly deliver: (body: string) => Promise<void>;
  /** A number in [0, 1), for delays, losses, duplicates and the order. */
  readonly random: () => number;
  readonly pattern?: EventPattern;
};

export type RuleCounts = {
  /** Records that matched while the rule was enabled and a trail logged. */
  matched: number;
  lost: number;
  /** Records that were delivered twice. */
  duplicated: number;
  /** Messages that the queue took. */
  delivered: number;
  /** Messages for which there was no queue. */
  undeliverable: number;
};

export class EventBridgeRule {
  enabled = true;
  /** Whether the account has a trail with logging: without one there are no events at all. Lookups need none. */
  trailLogging = true;
  delivery: Delivery = DELIVERED_AT_ONCE;
  pattern: EventPattern;
  readonly counts: RuleCounts = { matched: 0, lost: 0, duplicated: 0, delivered: 0, undeliverable: 0 };
  readonly #options: RuleOptions;
  readonly #stopListening: () => void;
  readonly #waits = new Set<() => void>();
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: RuleOptions) {
    this.#options = options;
    this.pattern = options.pattern ?? ASSOCIATION_PATTERN;
    this.#stopListening = options.trail.onRecord((record) => this.#take(record));
  }

  /** How many messages wait for their delay. */
  get waiting(): number {
    return this.#waits.size;
  }

  /** Ends once the queue has taken all that is due; what waits for its delay is not waited for. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** What waits for its delay is dropped. */
  async close(): Promise<void> {
    this.#stopListening();
    for (const cancel of this.#waits) cancel();
    this.#waits.clear();
    await this.settled();
  }

  /** The queue's own Region and account are not asked for: buses of others may forward to this one. */
  #take(record: TrailRecord): void {
    if (!this.enabled || !this.trailLogging) return;
    const envelope = envelopeOf(record);
    if (!matches(this.pattern, envelope)) return;
    this.counts.matched += 1;
    const delays = deliveriesOf(this.delivery, this.#options.random);
    if (delays.length === 0) this.counts.lost += 1;
    if (delays.length > 1) this.counts.duplicated += 1;
    const body = JSON.stringify(envelope);
    for (const ms of delays) this.#schedule(body, ms);
  }

  #schedule(body: string, ms: number): void {
    if (ms <= 0) return this.#send(body);
    const cancel = this.#options.clock.after(ms, () => {
      this.#waits.delete(cancel);
      this.#send(body);
    });
    this.#waits.add(cancel);
  }

  #send(body: string): void {
    const sending = this.#options.deliver(body).then(
      () => void (this.counts.delivered += 1),
      () => void (this.counts.undeliverable += 1),
    );
    const tracked = sending.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }
}
