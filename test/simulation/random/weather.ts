/** The weather: the faults that are in force now. Each lasts as long as its operation says, and all cease in the end. */

import type { UnknownReason } from '../../../src/domain/reading.ts';
import { milliseconds, seconds } from '../../../src/domain/time.ts';
import type { FakeEks } from '../../support/fake-eks.ts';
import type { FakeLedgerShelf } from '../../support/fake-ledger-store.ts';
import type { WatchMood } from '../../support/fake-pod-view.ts';
import type { SteppedClock } from '../../support/stepped-clock.ts';
import type { Chance } from './chance.ts';
import type { Operation } from './operations.ts';

export type Lasting = Extract<Operation, { readonly lasts: number }>;

/** What the weather is felt by. */
type Exposed = { readonly eks: FakeEks; readonly shelf: FakeLedgerShelf; readonly watch: WatchMood };

/** The least that an answer from outside takes, by chance: no two things happen in one instant. */
const CALM_LATENCY = 0.1;

export class Weather {
  readonly #clock: SteppedClock;
  readonly #ends: AbortSignal;
  readonly #chance: Chance;
  readonly #exposed: Exposed;
  readonly #active = new Set<Lasting>();

  constructor(clock: SteppedClock, ends: AbortSignal, chance: Chance, exposed: Exposed) {
    this.#clock = clock;
    this.#ends = ends;
    this.#chance = chance;
    this.#exposed = exposed;
    const { eks, watch } = exposed;
    eks.chance.latency = () => this.duration('eks-slow', CALM_LATENCY);
    eks.chance.lag = () => this.duration('eks-lags', 0);
    watch.lag = () => this.duration('watch-lags', 0);
    watch.listLatency = () => milliseconds(100);
    watch.isTwice = () => this.find('watch-stutters') !== undefined && chance.is(0.5);
  }

  /** Begins now; `over` is called when it has ended. */
  begin(fault: Lasting, over: () => void = () => {}): void {
    this.#active.add(fault);
    this.#apply();
    this.#clock.sleep(seconds(fault.lasts), this.#ends).then(
      () => this.#end(fault, over),
      () => {},
    );
  }

  #end(fault: Lasting, over: () => void): void {
    if (!this.#active.delete(fault)) return;
    this.#apply();
    over();
  }

  /** Everything ceases now. */
  clear(): void {
    this.#active.clear();
    this.#apply();
  }

  find<K extends Lasting['kind']>(kind: K): Extract<Lasting, { kind: K }> | undefined {
    return this.all(kind).at(-1);
  }

  all<K extends Lasting['kind']>(kind: K): readonly Extract<Lasting, { kind: K }>[] {
    const is = (one: Lasting): one is Extract<Lasting, { kind: K }> => one.kind === kind;
    return [...this.#active].filter(is);
  }

  /** Up to the most that a fault of this kind makes it, or up to what is usual. */
  duration(
    kind: 'eks-slow' | 'eks-lags' | 'watch-lags' | 'evictions-slow',
    usual: number,
  ): ReturnType<typeof seconds> {
    return seconds(this.#chance.next() * (this.find(kind)?.most ?? usual));
  }

  #apply(): void {
    const { eks, shelf, watch } = this.#exposed;
    eks.failing.clear();
    for (const operation of ['list', 'describe', 'confirm'] as const) {
      const why = this.#failureOf(operation);
      if (why !== undefined) eks.failing.set(operation, why);
    }
    const isCutOff = this.find('api-cut-off') !== undefined;
    const ledger = isCutOff ? 'unreachable' : this.find('ledger-fails')?.how;
    shelf.failingSave = ledger === 'unreadable' ? undefined : ledger;
    shelf.failingLoad = ledger === 'unreadable' || ledger === 'unreachable' ? 'unreachable' : undefined;
    watch.isRefusing = isCutOff;
  }

  #failureOf(operation: 'list' | 'describe' | 'confirm'): UnknownReason | undefined {
    if (this.find('eks-cut-off') !== undefined) return 'unreachable';
    return this.all('eks-fails').find((fault) => fault.operation === operation)?.why;
  }
}
