/** EKS as the controller sees it, in memory: it keeps state, is eventually consistent, and fails on script. */

import type { Association, AssociationId, Listing, Standing } from '../../src/domain/association.ts';
import { associationId } from '../../src/domain/association.ts';
import type { Grant } from '../../src/domain/grant.ts';
import type { Identity } from '../../src/domain/identity.ts';
import type { Reading, Unknown, UnknownReason } from '../../src/domain/reading.ts';
import { known, unknown } from '../../src/domain/reading.ts';
import type { Duration, Instant } from '../../src/domain/time.ts';
import { before, milliseconds } from '../../src/domain/time.ts';
import type { Associations } from '../../src/ports/associations.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { association, grant } from './builders.ts';

type Change = { readonly at: Instant; readonly identity: Identity; readonly now: Association | undefined };

/** What was asked for; a confirmation is asked for as one, though the real one is made of Lists and Describes. */
export type Operation = 'list' | 'describe' | 'confirm';

export class FakeEks implements Associations {
  readonly calls: { readonly operation: Operation; readonly subject: string; readonly at: Instant }[] = [];
  /** Why Lists, Describes or whole confirmations fail, while it is set. */
  readonly failing = new Map<Operation, UnknownReason>();
  /** While set, Lists answer with nothing. */
  listsNothing = false;
  /** How long a change takes to show in Lists and in Describes. */
  readonly delay = { list: milliseconds(0), describe: milliseconds(0) };
  /** How long an answer takes. */
  latency: Duration = milliseconds(0);
  /** By how much one answer is later still, and how much older is what it shows: each is asked anew every time. */
  readonly chance = { latency: (): Duration => milliseconds(0), lag: (): Duration => milliseconds(0) };
  readonly #clock: Clock;
  readonly #changes: Change[] = [];
  #made = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long a change takes to show anywhere. */
  set consistencyDelay(delay: Duration) {
    this.delay.list = delay;
    this.delay.describe = delay;
  }

  create(identity: Identity, given: Grant = grant(), createdAt: Instant = this.#clock.now()): Association {
    this.#made += 1;
    const id = associationId(`a-${String(this.#made).padStart(17, '0')}`);
    const made = association({ id, identity, grant: given, createdAt, modifiedAt: createdAt });
    this.#changes.push({ at: createdAt, identity, now: made });
    return made;
  }

  update(id: AssociationId, given: Grant, at: Instant = this.#clock.now()): Association {
    const old = this.#visible(this.#clock.now(), milliseconds(0)).find((one) => one.id === id);
    if (old === undefined) throw new Error(`no association ${id}`);
    const changed = { ...old, grant: given, modifiedAt: at };
    this.#changes.push({ at, identity: old.identity, now: changed });
    return changed;
  }

  /** As it is now. */
  associationOf(identity: Identity): Association {
    const found = this.#changes.findLast((change) => change.identity === identity)?.now;
    if (found === undefined) throw new Error(`no association of ${identity}`);
    return found;
  }

  delete(identity: Identity): void {
    this.#changes.push({ at: this.#clock.now(), identity, now: undefined });
  }

  async list(signal: AbortSignal): Promise<Reading<Listing>> {
    const at = await this.#answer('list', 'all', signal);
    return this.#failure('list', at) ?? known({ ids: this.#listed(at), unreadable: 0 }, at);
  }

  async describe(id: AssociationId, signal: AbortSignal): Promise<Reading<Association>> {
    return this.#described(id, await this.#answer('describe', id, signal));
  }

  async confirm(
    identity: Identity,
    lastKnown: AssociationId | undefined,
    signal: AbortSignal,
  ): Promise<Reading<Standing>> {
    const at = await this.#answer('confirm', identity, signal);
    const failure = this.#failure('confirm', at) ?? this.#failure('list', at);
    if (failure !== undefined) return failure;
    const [id] = this.#listed(at).get(identity) ?? [];
    return id === undefined ? this.#absent(lastKnown, at) : this.#present(id, at);
  }

  #present(id: AssociationId, at: Instant): Reading<Standing> {
    const described = this.#described(id, at);
    if (described.kind === 'known') return known({ kind: 'granted', association: described.value }, at);
    return described.why === 'not-found' ? unknown('inconsistent', id, at) : described;
  }

  #absent(lastKnown: AssociationId | undefined, at: Instant): Reading<Standing> {
    if (lastKnown === undefined) return known({ kind: 'none' }, at);
    const described = this.#described(lastKnown, at);
    if (described.kind === 'known') return unknown('inconsistent', lastKnown, at);
    return described.why === 'not-found' ? known({ kind: 'none' }, at) : described;
  }

  async #answer(operation: Operation, subject: string, signal: AbortSignal): Promise<Instant> {
    signal.throwIfAborted();
    const at = this.#clock.now();
    this.calls.push({ operation, subject, at });
    await this.#clock.sleep(milliseconds(this.latency + this.chance.latency()), signal);
    return at;
  }

  #failure(operation: Operation, at: Instant): Unknown | undefined {
    const why = this.failing.get(operation);
    return why === undefined ? undefined : unknown(why, `${operation} fails on script`, at);
  }

  #listed(at: Instant): ReadonlyMap<Identity, readonly AssociationId[]> {
    const visible = this.listsNothing
      ? []
      : this.#visible(at, milliseconds(this.delay.list + this.chance.lag()));
    const ordered = visible.toSorted((one, other) => (one.identity < other.identity ? -1 : 1));
    return new Map(ordered.map(({ identity, id }) => [identity, [id]]));
  }

  #described(id: AssociationId, at: Instant): Reading<Association> {
    const failure = this.#failure('describe', at);
    if (failure !== undefined) return failure;
    const found = this.#visible(at, milliseconds(this.delay.describe + this.chance.lag())).find(
      (one) => one.id === id,
    );
    return found === undefined ? unknown('not-found', id, at) : known(found, at);
  }

  /** The associations as they were one delay ago. */
  #visible(at: Instant, delay: Duration): readonly Association[] {
    const asOf = before(at, delay);
    const state = new Map<Identity, Association>();
    for (const { at: changedAt, identity, now } of this.#changes) {
      if (changedAt > asOf) continue;
      if (now === undefined) state.delete(identity);
      else state.set(identity, now);
    }
    return [...state.values()];
  }
}
