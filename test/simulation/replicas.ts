/** Several daemons on one world: each with its own view, ledger, clock and part in the election, and an eye on who acts. */

import type { Deps } from '../../src/controller/deps.ts';
import { Daemon } from '../../src/controller/daemon.ts';
import type { LedgerDocument } from '../../src/domain/ledger-document.ts';
import type { Outcome } from '../../src/domain/outcome.ts';
import type { Mode, Report } from '../../src/domain/report.ts';
import type { Reading } from '../../src/domain/reading.ts';
import type { Duration, Instant } from '../../src/domain/time.ts';
import { after, between } from '../../src/domain/time.ts';
import type { Associations } from '../../src/ports/associations.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Evictor } from '../../src/ports/evictor.ts';
import type { LedgerStore, SaveOutcome } from '../../src/ports/ledger-store.ts';
import { FakeElection, FakeLeadership } from '../support/fake-leadership.ts';
import { FakeLedgerShelf, FakeLedgerStore } from '../support/fake-ledger-store.ts';
import type { World } from './world.ts';

export type Act = {
  readonly replica: string;
  readonly kind: 'evict' | 'force' | 'save';
  readonly at: Instant;
  /** Whether that replica led when it asked for it. */
  readonly wasLeading: boolean;
};

export type Replica = {
  readonly name: string;
  readonly deps: Deps;
  readonly daemon: Daemon;
  readonly leadership: FakeLeadership;
  readonly reports: readonly Report[];
  readonly stop: () => Promise<void>;
};

type ReplicaOptions = { readonly clock?: Clock; readonly mode?: Mode };

function dated<T>(reading: Reading<T>, skew: Duration): Reading<T> {
  return { ...reading, at: after(reading.at, skew) };
}

export class Replicas {
  readonly election = new FakeElection();
  readonly shelf = new FakeLedgerShelf();
  readonly acts: Act[] = [];
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  start(name: string, { clock = this.#world.clock, mode }: ReplicaOptions = {}): Replica {
    const world = this.#world;
    const leadership = new FakeLeadership(clock, this.election, name);
    const reports: Report[] = [];
    const deps = world.depsFor({
      reporter: { report: (report) => void reports.push(report) },
      leadership: mode === 'dry-run' ? undefined : leadership,
      ledgerStore: this.#store(leadership, clock),
      evictor: this.#evictor(leadership),
      associations: this.#associations(clock),
      clock,
      ...(mode === undefined ? {} : { mode }),
    });
    const daemon = new Daemon(deps, world.timing);
    const stopping = new AbortController();
    const running = daemon.run(stopping.signal);
    const stop = (): Promise<void> => {
      stopping.abort(new Error('stopped by the test'));
      return world.hearOut(running);
    };
    running.catch(() => {});
    world.alsoRuns(stop, reports);
    return { name, deps, daemon, leadership, reports, stop };
  }

  /** Who has asked for evictions or deletions, in order, each once in a row. */
  actors(): readonly string[] {
    const names = this.acts.filter(({ kind }) => kind !== 'save').map(({ replica }) => replica);
    return names.filter((name, n) => name !== names[n - 1]);
  }

  #note(kind: Act['kind'], leadership: FakeLeadership): void {
    const { clock } = this.#world;
    const wasLeading = leadership.term() !== undefined;
    this.acts.push({ replica: leadership.name, kind, at: clock.now(), wasLeading });
  }

  #evictor(leadership: FakeLeadership): Evictor {
    const { cluster } = this.#world;
    return {
      evict: (order, signal): Promise<Outcome> => {
        this.#note('evict', leadership);
        return cluster.evict(order, signal);
      },
      force: (order, signal): Promise<Outcome> => {
        this.#note('force', leadership);
        return cluster.force(order, signal);
      },
    };
  }

  /** A reading is dated by the clock of whoever reads. */
  #associations(clock: Clock): Associations {
    const { eks } = this.#world;
    const skew = (): Duration => between(this.#world.clock.now(), clock.now());
    return {
      list: async (signal) => dated(await eks.list(signal), skew()),
      describe: async (id, signal) => dated(await eks.describe(id, signal), skew()),
      confirm: async (identity, lastKnown, signal) =>
        dated(await eks.confirm(identity, lastKnown, signal), skew()),
    };
  }

  #store(leadership: FakeLeadership, clock: Clock): LedgerStore {
    const store = new FakeLedgerStore(clock, this.shelf);
    return {
      load: (signal) => store.load(signal),
      save: (document: LedgerDocument, signal): Promise<SaveOutcome> => {
        this.#note('save', leadership);
        return store.save(document, signal);
      },
    };
  }
}
