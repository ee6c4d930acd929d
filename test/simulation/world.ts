/** The whole controller on a fake world and a stepped clock. */

import { Brakes } from '../../src/controller/brakes.ts';
import { ControlWatch } from '../../src/controller/control-watch.ts';
import type { Timing } from '../../src/controller/daemon.ts';
import { Daemon } from '../../src/controller/daemon.ts';
import type { Deps } from '../../src/controller/deps.ts';
import { ProofWatch } from '../../src/controller/proof-watch.ts';
import { Reign } from '../../src/controller/reign.ts';
import type { Mode, Report } from '../../src/domain/report.ts';
import type { Duration } from '../../src/domain/time.ts';
import { milliseconds, minutes, seconds } from '../../src/domain/time.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { LedgerStore } from '../../src/ports/ledger-store.ts';
import type { Controls } from '../../src/ports/controls.ts';
import type { Associations } from '../../src/ports/associations.ts';
import type { Evictor } from '../../src/ports/evictor.ts';
import type { Leadership } from '../../src/ports/leadership.ts';
import type { Reporter } from '../../src/ports/reporter.ts';
import type { RecordChannel } from '../../src/ports/channel.ts';
import { at } from '../support/builders.ts';
import { FakeChannel } from '../support/fake-channel.ts';
import { FakeCluster } from '../support/fake-cluster.ts';
import { FakeEks } from '../support/fake-eks.ts';
import { FakeIssuer } from '../support/fake-issuer.ts';
import { FakeRosters } from '../support/fake-rosters.ts';
import { SteppedClock } from '../support/stepped-clock.ts';
import type { Settings } from './deps.ts';
import { depsOf, pollIntervalOf } from './deps.ts';

export type { Settings } from './deps.ts';

/** What each daemon of a world has for itself. */
export type OwnParts = {
  readonly reporter: Reporter;
  readonly leadership: Leadership | undefined;
  readonly ledgerStore: LedgerStore | undefined;
  readonly clock?: Clock;
  readonly evictor?: Evictor;
  readonly associations?: Associations;
  readonly mode?: Mode;
};

/** Numbers in [0, 1) that are the same in each run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/** One EKS, one cluster, and a daemon that can be killed and started again at any moment. */
export class World implements AsyncDisposable {
  readonly clock = new SteppedClock(at(0));
  readonly eks = new FakeEks(this.clock);
  readonly queue = new FakeChannel('queue', this.clock);
  readonly reports: Report[] = [];
  /** The channels that the next daemon listens to. */
  channels: readonly RecordChannel[] = [];
  /** Where the next daemon keeps its ledger; undefined: nowhere. */
  ledgerStore: LedgerStore | undefined;
  readonly cluster: FakeCluster;
  readonly rosters: FakeRosters;
  readonly eksIssuer: FakeIssuer;
  readonly clusterIssuer: FakeIssuer;
  /** What operators can set, for the next daemon; undefined: nothing. */
  controls: Controls | undefined;
  /** The next daemon's part in the election; undefined: there are no others. */
  leadership: Leadership | undefined;
  readonly #settings: Settings;
  readonly #worldEnds = new AbortController();
  readonly #random = seeded(1);
  readonly #others: { readonly stop: () => Promise<void>; readonly reports: readonly Report[] }[] = [];
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #deps: Deps | undefined;
  #daemon: Daemon | undefined;

  constructor(settings: Settings = {}) {
    this.#settings = settings;
    this.cluster = new FakeCluster(this.clock, this.#worldEnds.signal);
    this.eksIssuer = new FakeIssuer(this.clock);
    this.clusterIssuer = new FakeIssuer(this.clock);
    this.rosters = new FakeRosters(this.clock, this.cluster);
  }

  get deps(): Deps {
    if (this.#deps === undefined) throw new Error('the daemon was not started');
    return this.#deps;
  }

  get daemon(): Daemon {
    if (this.#daemon === undefined) throw new Error('the daemon was not started');
    return this.#daemon;
  }

  /** Starts a daemon that knows nothing. */
  startDaemon(): void {
    this.#stop = new AbortController();
    const reporter = { report: (report: Report) => void this.reports.push(report) };
    this.#deps = this.depsFor({ reporter, leadership: this.leadership, ledgerStore: this.ledgerStore });
    this.#daemon = new Daemon(this.#deps, this.timing);
    this.#running = this.#daemon.run(this.#stop.signal);
    this.#running.catch(() => {});
  }

  get timing(): Timing {
    const { describeRate = 100 } = this.#settings;
    return { pollInterval: pollIntervalOf(this.#settings), describeRate };
  }

  /** What a daemon in this world is given; of its own it has what `parts` says. */
  depsFor(parts: OwnParts): Deps {
    const { clock = this.clock, reporter, ledgerStore } = parts;
    const { channels, cluster, rosters } = this;
    const ports = { clock, channels, ledgerStore, reporter, rosters, random: this.#random, pods: cluster };
    const outside = { associations: parts.associations ?? this.eks, evictor: parts.evictor ?? cluster };
    const deps = depsOf({ ...ports, ...outside, ...this.#guards(clock, parts) }, this.#settings);
    return { ...deps, mode: parts.mode ?? deps.mode };
  }

  #guards(clock: Clock, { reporter, leadership }: OwnParts): Pick<Deps, 'brakes' | 'reign'> {
    const reign = new Reign({ leadership, reporter });
    const brakes = new Brakes({
      clock,
      pods: this.cluster,
      reporter,
      reign,
      proof: new ProofWatch({ clock, issuers: { eks: this.eksIssuer, kubernetes: this.clusterIssuer } }),
      controls: new ControlWatch({ clock, reporter, controls: this.controls }),
      massEnd: this.#settings.massEnd ?? { minimum: 100, percent: 100 },
      listLimit: minutes(10),
    });
    return { brakes, reign };
  }

  /** Lets time pass in small steps, so that what waits for promises keeps up. */
  async pass(duration: Duration, step: Duration = milliseconds(500)): Promise<void> {
    for (let passed = 0; passed < duration; passed += step) await this.clock.advance(step);
  }

  /** Nothing more happens that time alone would not bring: the long wait after a test's story. */
  async rest(): Promise<void> {
    await this.pass(minutes(5), seconds(5));
  }

  /** Stops the daemon and hears out what it has in flight. */
  async stopDaemon(): Promise<void> {
    this.#stop.abort(new Error('stopped by the test'));
    await this.hearOut(this.#running);
  }

  /** Lets time pass until the run has ended. */
  async hearOut(running: Promise<void>): Promise<void> {
    const ended = running.then(
      () => true,
      () => true,
    );
    const turn = async (): Promise<boolean> => {
      await this.clock.advance(milliseconds(100));
      return false;
    };
    while (!(await Promise.race([ended, turn()])));
    await running;
  }

  /** Another daemon that is to be stopped, and whose bugs count, when the world ends. */
  alsoRuns(stop: () => Promise<void>, reports: readonly Report[]): void {
    this.#others.push({ stop, reports });
  }

  /** The names of the pods whose eviction was accepted, in order. */
  evicted(): readonly string[] {
    return this.cluster.evictions
      .filter(({ outcome }) => outcome.kind === 'evicted')
      .map(({ order }) => order.holder.name);
  }

  /** The stages that revocations have reached, in order, as `identity stage`. */
  stages(): readonly string[] {
    return this.reports.flatMap((report) =>
      report.kind === 'stage' ? [`${report.revocation.identity} ${report.revocation.stage}`] : [],
    );
  }

  bugs(): readonly unknown[] {
    const all = [this.reports, ...this.#others.map(({ reports }) => reports)].flat();
    return all.flatMap((report) => (report.kind === 'bug' ? [report.error] : []));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopDaemon();
    for (const { stop } of this.#others) await stop();
    this.#worldEnds.abort(new Error('the world ends'));
    await this.clock.advance(milliseconds(0));
    if (this.clock.pending > 0) throw new Error(`${this.clock.pending} timers were left behind`);
    if (this.bugs().length > 0) throw new AggregateError(this.bugs(), 'the daemon reported bugs');
  }
}
