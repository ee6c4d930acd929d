/** The host that runs one daemon after the other: starts it behind a fence, stops it, lets it crash, starts the next one. */

import { Brakes } from '../../../src/controller/brakes.ts';
import { ControlWatch } from '../../../src/controller/control-watch.ts';
import { ProofWatch } from '../../../src/controller/proof-watch.ts';
import { Reign } from '../../../src/controller/reign.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { Reporter } from '../../../src/ports/reporter.ts';
import { FakeIssuer } from '../../support/fake-issuer.ts';
import { FakeRosters } from '../../support/fake-rosters.ts';
import { Daemon } from '../../../src/controller/daemon.ts';
import type { Deps } from '../../../src/controller/deps.ts';
import type { Association, AssociationId } from '../../../src/domain/association.ts';
import type { Reading } from '../../../src/domain/reading.ts';
import { known } from '../../../src/domain/reading.ts';
import type { Duration } from '../../../src/domain/time.ts';
import { after, milliseconds, minutes, seconds } from '../../../src/domain/time.ts';
import type { Associations } from '../../../src/ports/associations.ts';
import type { Evictor } from '../../../src/ports/evictor.ts';
import type { LedgerStore } from '../../../src/ports/ledger-store.ts';
import type { Pods } from '../../../src/ports/pods.ts';
import type { FakeCluster } from '../../support/fake-cluster.ts';
import type { FakeEks } from '../../support/fake-eks.ts';
import type { FakeLedgerShelf } from '../../support/fake-ledger-store.ts';
import { FakeLedgerStore } from '../../support/fake-ledger-store.ts';
import type { WatchMood } from '../../support/fake-pod-view.ts';
import { FakePodView } from '../../support/fake-pod-view.ts';
import type { SteppedClock } from '../../support/stepped-clock.ts';
import type { Settings } from '../deps.ts';
import { depsOf, pollIntervalOf } from '../deps.ts';
import type { Chance } from './chance.ts';
import type { Ambush } from './fence.ts';
import { Fence } from './fence.ts';
import type { Happening } from './happenings.ts';
import type { Mail } from './mail.ts';
import type { Mind } from './mind.ts';

/** What a daemon finds when it starts. */
export type Surroundings = {
  readonly clock: SteppedClock;
  readonly ends: AbortSignal;
  readonly chance: Chance;
  readonly settings: Settings;
  readonly eks: FakeEks;
  readonly cluster: FakeCluster;
  readonly watch: WatchMood;
  readonly evictor: Evictor;
  readonly mail: Mail;
  /** Undefined: there is nowhere to keep a ledger. */
  readonly shelf: FakeLedgerShelf | undefined;
  readonly mind: Mind;
  /** By how much the clock of the host is wrong. */
  readonly skew: () => Duration;
  readonly tell: (happening: Happening) => void;
};

/** A daemon that runs. */
type Run = {
  readonly deps: Deps;
  readonly view: FakePodView;
  readonly fence: Fence;
  readonly stop: AbortController;
  readonly ended: Promise<void>;
};

/** A daemon that was told to stop has ended by then. */
const STOPPED_WITHIN = 30_000;

const PROOF_LIFE = seconds(10);

export class Host {
  readonly #around: Surroundings;
  #run: Run | undefined;
  #away: Duration = seconds(0);

  constructor(around: Surroundings) {
    this.#around = around;
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  get view(): FakePodView | undefined {
    return this.#run?.view;
  }

  get deps(): Deps | undefined {
    return this.#run?.deps;
  }

  /** Starts a daemon where none runs. */
  start(): void {
    if (this.isRunning) return;
    const { clock, ends, settings, mind, tell } = this.#around;
    const fence = new Fence(() => this.#crashed());
    const gone = AbortSignal.any([ends, fence.crashed]);
    const view = new FakePodView(clock, this.#around.cluster, this.#around.watch, gone);
    mind.newDaemon();
    const deps = depsOf(portsOf(fence, view, this.#around), settings);
    const describeRate = settings.describeRate ?? 2;
    const daemon = new Daemon(deps, { pollInterval: pollIntervalOf(settings), describeRate });
    const stop = new AbortController();
    const ended = daemon.run(stop.signal);
    ended.catch((error: unknown) => {
      tell({ kind: 'reported', report: { kind: 'bug', where: 'the run of the daemon', error } });
    });
    this.#run = { deps, view, fence, stop, ended };
    tell({ kind: 'daemon-started', generation: mind.generation });
  }

  /** The next daemon starts after a while. */
  startLater(away: Duration): void {
    const { clock, ends } = this.#around;
    clock.sleep(milliseconds(Math.max(1, away)), ends).then(
      () => this.start(),
      () => {},
    );
  }

  /** Tells the daemon to stop and waits until it has ended. */
  async stop(): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    const { clock, tell } = this.#around;
    run.stop.abort(new Error('stopped'));
    const ended = run.ended.then(
      () => true,
      () => true,
    );
    const deadline = clock.now() + STOPPED_WITHIN;
    const turn = async (): Promise<boolean> => {
      await clock.advance(milliseconds(100));
      return clock.now() > deadline || run.fence.isCrashed;
    };
    while (!(await Promise.race([ended, turn()])));
    if (run.fence.isCrashed) return;
    this.#run = undefined;
    tell({ kind: 'daemon-ended', how: 'stopped', left: run.fence.open });
  }

  /** Crashes when the ambush is met, or after a while all the same; the next daemon starts some time later. */
  crash(ambush: Ambush, within: Duration, away: Duration): void {
    const { clock, ends } = this.#around;
    const fence = this.#run?.fence;
    if (fence === undefined) return;
    this.#away = away;
    fence.ambush(ambush);
    const late = (): void => {
      if (this.#run?.fence === fence) fence.crash();
    };
    clock.sleep(within, ends).then(late, () => {});
  }

  #crashed(): void {
    const { mail, tell } = this.#around;
    this.#run = undefined;
    mail.hangUp();
    tell({ kind: 'daemon-ended', how: 'crashed', left: 0 });
    this.startLater(this.#away);
  }
}

function portsOf(fence: Fence, view: FakePodView, around: Surroundings): Parameters<typeof depsOf>[0] {
  const { clock, chance, evictor, mail, shelf, tell } = around;
  const fencedClock = fence.clock(clock, around.skew);
  const pods = podsOf(fence, view, around.skew);
  const reporter: Reporter = { report: (report) => fence.tell(() => tell({ kind: 'reported', report })) };
  return {
    clock: fencedClock,
    random: chance.next,
    associations: associationsOf(fence, around),
    pods,
    evictor: {
      evict: (order, signal) => fence.call(() => evictor.evict(order, signal)),
      force: (order, signal) => fence.call(() => evictor.force(order, signal)),
    },
    rosters: new FakeRosters(clock, around.cluster),
    reporter,
    ...guardsOf(fencedClock, pods, reporter),
    channels: [{ name: mail.name, run: (listener, signal) => fence.call(() => mail.run(listener, signal)) }],
    ledgerStore: shelf === undefined ? undefined : storeOf(fence, shelf, around),
  };
}

/** One replica, in a cluster that is proven, with a limit for mass ends that no history reaches. */
function guardsOf(clock: Clock, pods: Pods, reporter: Reporter): Pick<Deps, 'brakes' | 'reign'> {
  const reign = new Reign({ leadership: undefined, reporter });
  const issuers = { eks: new FakeIssuer(clock), kubernetes: new FakeIssuer(clock) };
  const brakes = new Brakes({
    clock,
    pods,
    reporter,
    reign,
    proof: new ProofWatch({ clock, issuers }),
    controls: new ControlWatch({ clock, reporter, controls: undefined }),
    massEnd: { minimum: 1000, percent: 100 },
    listLimit: minutes(10),
  });
  return { brakes, reign };
}

/** EKS, with a note of all that the daemon was shown. */
function associationsOf(fence: Fence, { clock, eks, mind, skew }: Surroundings): Associations {
  /** An adapter dates what it read by its own clock. */
  const dated = <T>(reading: Reading<T>): Reading<T> => ({ ...reading, at: after(reading.at, skew()) });
  return {
    list: async (signal) => {
      const reading = await fence.call(() => eks.list(signal));
      if (reading.kind === 'known') mind.sawList(reading);
      return dated(reading);
    },
    describe: async (id: AssociationId, signal): Promise<Reading<Association>> => {
      const reading = await fence.call(() => eks.describe(id, signal));
      if (reading.kind === 'known') {
        const association = reading.value;
        mind.saw(association.identity, known({ kind: 'granted', association }, reading.at));
      }
      return dated(reading);
    },
    confirm: async (identity, lastKnown, signal) => {
      const reading = await fence.call(() => eks.confirm(identity, lastKnown, signal));
      // An answer that takes longer than a proof lives is no proof, and is not believed.
      const isInTime = clock.now() - reading.at < PROOF_LIFE;
      if (reading.kind === 'known' && isInTime) mind.saw(identity, reading);
      return dated(reading);
    },
  };
}

function podsOf(fence: Fence, view: FakePodView, skew: () => Duration): Pods {
  return {
    holdersOf: (identity) => view.holdersOf(identity),
    holder: (uid) => view.holder(uid),
    count: () => view.count(),
    identities: () => view.identities(),
    unreadable: () => view.unreadable(),
    freshness: () => {
      const freshness = view.freshness();
      return freshness.kind === 'synced' ? { ...freshness, asOf: after(freshness.asOf, skew()) } : freshness;
    },
    run: (listener, signal) => {
      const changed: typeof listener.changed = (identity) => fence.tell(() => listener.changed(identity));
      return fence.call(() => view.run({ ...listener, changed }, signal));
    },
  };
}

/** The store, with a note of what was kept and what was recalled. */
function storeOf(fence: Fence, shelf: FakeLedgerShelf, { clock, mind }: Surroundings): LedgerStore {
  const store = new FakeLedgerStore(clock, shelf);
  return {
    load: async (signal) => {
      const reading = await fence.call(() => store.load(signal));
      if (reading.kind === 'known' && reading.value !== undefined) mind.recalled();
      return reading;
    },
    save: (document, signal) =>
      fence.call(async () => {
        const before = shelf.saves;
        const outcome = await store.save(document, signal);
        if (shelf.saves > before) mind.kept();
        return outcome;
      }),
  };
}
