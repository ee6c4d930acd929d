/** The describer: reads the grants that List does not tell, and reads them again, within the request budget. */

import { learnStanding } from '../decide/learn.ts';
import type { Association, AssociationId, Standing } from '../domain/association.ts';
import type { History } from '../domain/history.ts';
import { currentSpan } from '../domain/history.ts';
import type { Identity } from '../domain/identity.ts';
import type { Reading } from '../domain/reading.ts';
import { known } from '../domain/reading.ts';
import type { Duration, Instant } from '../domain/time.ts';
import { after, between, milliseconds } from '../domain/time.ts';
import { Bell } from './bell.ts';
import { believed, isOutdone } from './confirm.ts';
import type { Deps } from './deps.ts';
import type { Pace } from './pace.ts';

export type DescriberOptions = {
  readonly pace: Pace;
  /** A grant is not read again before. */
  readonly interval: Duration;
  /** A grant was read. */
  readonly onRead: (identity: Identity) => void;
};

/**
 * New ids first, those of identities with holders before the others; then the one that was read longest ago, as
 * a change in place shows nowhere else. An id that could not be read takes its turn again with the others.
 */
export class Describer {
  readonly #deps: Deps;
  readonly #options: DescriberOptions;
  readonly #bell: Bell;
  readonly #unread = new Map<AssociationId, Identity>();
  /** The one that was read, or tried, longest ago is the first. */
  readonly #rolling = new Map<AssociationId, { readonly identity: Identity; readonly triedAt: Instant }>();
  #lastProblem: string | undefined;

  constructor(deps: Deps, options: DescriberOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#bell = new Bell(deps.clock);
  }

  /** The grant of this association was not read yet. */
  want(identity: Identity, id: AssociationId): void {
    this.#unread.set(id, identity);
    this.#bell.ring();
  }

  /**
   * Takes up every id that is listed, those too whose grant a confirmation has read first, and forgets those that
   * are not listed any more.
   */
  keepOnly(listed: ReadonlyMap<AssociationId, Identity>): void {
    for (const id of this.#unread.keys()) if (!listed.has(id)) this.#unread.delete(id);
    for (const id of this.#rolling.keys()) if (!listed.has(id)) this.#rolling.delete(id);
    const triedAt = this.#deps.clock.now();
    for (const [id, identity] of listed) {
      if (!this.#unread.has(id) && !this.#rolling.has(id)) this.#rolling.set(id, { identity, triedAt });
    }
  }

  /** When the grant that was read longest ago was read; undefined while there is one that never was. */
  oldestReadAt(): Instant | undefined {
    if (this.#unread.size > 0) return undefined;
    let oldest: Instant | undefined;
    for (const [id, { identity }] of this.#rolling) {
      const readAt = this.#readAt(identity, id);
      if (readAt === undefined) return undefined;
      if (oldest === undefined || readAt < oldest) oldest = readAt;
    }
    return oldest ?? this.#deps.clock.now();
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const next = this.#next();
      if (next === undefined) {
        await this.#bell.pause(NO_TIME, this.#untilDue(), signal);
        continue;
      }
      await this.#options.pace.take(signal);
      await this.#read(next, signal);
    }
  }

  #next(): Next | undefined {
    const { pods, clock } = this.#deps;
    let first: Next | undefined;
    for (const [id, identity] of this.#unread) {
      if (pods.holdersOf(identity).length > 0) return { id, identity };
      first ??= { id, identity };
    }
    if (first !== undefined) return first;
    for (const [id, { identity, triedAt }] of this.#rolling) {
      return clock.now() >= after(triedAt, this.#options.interval) ? { id, identity } : undefined;
    }
    return undefined;
  }

  #untilDue(): Duration {
    const { clock } = this.#deps;
    for (const { triedAt } of this.#rolling.values()) {
      return between(clock.now(), after(triedAt, this.#options.interval));
    }
    return this.#options.interval;
  }

  async #read({ id, identity }: Next, signal: AbortSignal): Promise<void> {
    this.#unread.delete(id);
    this.#rolling.delete(id);
    this.#rolling.set(id, { identity, triedAt: this.#deps.clock.now() });
    const reading = await this.#deps.associations.describe(id, signal);
    this.#tell(id, reading);
    if (reading.kind === 'known') this.#learn(reading.value, reading.at);
  }

  #learn(association: Association, at: Instant): void {
    const { ledger } = this.#deps;
    ledger.locate(association.arn);
    const entry = ledger.entry(association.identity);
    const before = entry.history;
    const wasGranted = entry.standing.kind === 'known' && entry.standing.value.kind === 'granted';
    const standing = known<Standing>({ kind: 'granted', association }, at);
    // A confirmation that was asked for later knows better.
    if (isOutdone(standing, entry, this.#deps.clock.now())) return;
    if (believed(standing, entry).kind === 'unknown') return;
    entry.standing = standing;
    entry.unknowns = 0;
    entry.askAgainAt = undefined;
    entry.history = learnStanding(entry.history, standing.value, at);
    if (!wasGranted || isNews(before, entry.history)) this.#options.onRead(association.identity);
  }

  #readAt(identity: Identity, id: AssociationId): Instant | undefined {
    const entry = this.#deps.ledger.find(identity);
    return entry?.history.spans.find((span) => span.id === id && span.end === undefined)?.readAt;
  }

  /** One report when reading begins to fail, fails otherwise, or works again. */
  #tell(id: AssociationId, reading: Reading<Association>): void {
    const problem = reading.kind === 'unknown' ? reading.why : undefined;
    if (problem === this.#lastProblem) return;
    this.#lastProblem = problem;
    this.#deps.reporter.report({ kind: 'reading', of: 'describe', subject: id, reading });
  }
}

type Next = { readonly id: AssociationId; readonly identity: Identity };

const NO_TIME = milliseconds(0);

/** Reading again what was known already is the rule, and no reason to visit anybody. */
function isNews(before: History, now: History): boolean {
  const [was, is] = [currentSpan(before), currentSpan(now)];
  return was?.id !== is?.id || was?.since !== is?.since || was?.grant === undefined;
}
