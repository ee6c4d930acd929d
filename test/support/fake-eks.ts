/** EKS as the controller sees it, in memory: it keeps state, is eventually consistent, and fails on script. */

import type { Association, AssociationId, Listing, Standing } from '../../src/domain/association.ts';
import { associationId } from '../../src/domain/association.ts';
import type { Grant } from '../../src/domain/grant.ts';
import type { Identity } from '../../src/domain/identity.ts';
import type { Reading, UnknownReason } from '../../src/domain/reading.ts';
import { known, unknown } from '../../src/domain/reading.ts';
import type { Duration, Instant } from '../../src/domain/time.ts';
import { before, milliseconds } from '../../src/domain/time.ts';
import type { Associations } from '../../src/ports/associations.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { association, grant } from './builders.ts';

type Change = { readonly at: Instant; readonly identity: Identity; readonly now: Association | undefined };

export type Operation = 'list' | 'describe' | 'confirm';

export class FakeEks implements Associations {
  readonly calls: { readonly operation: Operation; readonly subject: string; readonly at: Instant }[] = [];
  /** Reasons for which the operations fail, while they are set. */
  readonly failing = new Map<Operation, UnknownReason>();
  /** While set, List answers 200 with nothing. */
  listsNothing = false;
  /** How long a change takes to show. */
  consistencyDelay: Duration = milliseconds(0);
  /** How long an answer takes. */
  latency: Duration = milliseconds(0);
  readonly #clock: Clock;
  readonly #changes: Change[] = [];
  #made = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  create(identity: Identity, given: Grant = grant(), createdAt: Instant = this.#clock.now()): Association {
    this.#made += 1;
    const id = associationId(`a-${String(this.#made).padStart(17, '0')}`);
    const made = association({ id, identity, grant: given, createdAt, modifiedAt: createdAt });
    this.#changes.push({ at: createdAt, identity, now: made });
    return made;
  }

  delete(identity: Identity): void {
    this.#changes.push({ at: this.#clock.now(), identity, now: undefined });
  }

  async list(signal: AbortSignal): Promise<Reading<Listing>> {
    const at = await this.#answer('list', 'all', signal);
    const failure = this.#failure('list', at);
    if (failure !== undefined) return failure;
    const ids = new Map<Identity, readonly AssociationId[]>();
    if (!this.listsNothing) {
      for (const { id, identity } of this.#visible(at)) ids.set(identity, [id]);
    }
    return known({ ids, unreadable: 0 }, at);
  }

  async describe(id: AssociationId, signal: AbortSignal): Promise<Reading<Association>> {
    const at = await this.#answer('describe', id, signal);
    const failure = this.#failure('describe', at);
    if (failure !== undefined) return failure;
    const found = this.#visible(at).find((one) => one.id === id);
    return found === undefined ? unknown('not-found', id, at) : known(found, at);
  }

  async confirm(
    identity: Identity,
    lastKnown: AssociationId | undefined,
    signal: AbortSignal,
  ): Promise<Reading<Standing>> {
    const at = await this.#answer('confirm', identity, signal);
    const failure = this.#failure('confirm', at);
    if (failure !== undefined) return failure;
    const visible = this.#visible(at);
    const listed = this.listsNothing ? undefined : visible.find((one) => one.identity === identity);
    if (listed !== undefined) return known({ kind: 'granted', association: listed }, at);
    const described = visible.some(({ id }) => id === lastKnown);
    return described ? unknown('inconsistent', identity, at) : known({ kind: 'none' }, at);
  }

  async #answer(operation: Operation, subject: string, signal: AbortSignal): Promise<Instant> {
    const at = this.#clock.now();
    this.calls.push({ operation, subject, at });
    await this.#clock.sleep(this.latency, signal);
    return at;
  }

  #failure(operation: Operation, at: Instant): ReturnType<typeof unknown> | undefined {
    const why = this.failing.get(operation);
    return why === undefined ? undefined : unknown(why, `${operation} fails on script`, at);
  }

  /** The associations as they were one consistency delay ago. */
  #visible(at: Instant): readonly Association[] {
    const state = new Map<Identity, Association>();
    for (const { at: changedAt, identity, now } of this.#changes) {
      if (changedAt > before(at, this.consistencyDelay)) continue;
      if (now === undefined) state.delete(identity);
      else state.set(identity, now);
    }
    return [...state.values()];
  }
}
