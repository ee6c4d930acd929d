/** The whole controller on a fake world and a stepped clock. */

import { Daemon } from '../../src/controller/daemon.ts';
import type { Deps } from '../../src/controller/deps.ts';
import type { Report } from '../../src/domain/report.ts';
import type { Duration } from '../../src/domain/time.ts';
import { milliseconds, minutes, seconds } from '../../src/domain/time.ts';
import type { LedgerStore } from '../../src/ports/ledger-store.ts';
import type { RecordChannel } from '../../src/ports/channel.ts';
import { at } from '../support/builders.ts';
import { FakeChannel } from '../support/fake-channel.ts';
import { FakeCluster } from '../support/fake-cluster.ts';
import { FakeEks } from '../support/fake-eks.ts';
import { SteppedClock } from '../support/stepped-clock.ts';
import type { Settings } from './deps.ts';
import { depsOf, pollIntervalOf } from './deps.ts';

export type { Settings } from './deps.ts';

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
  readonly #settings: Settings;
  readonly #worldEnds = new AbortController();
  readonly #random = seeded(1);
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #deps: Deps | undefined;
  #daemon: Daemon | undefined;

  constructor(settings: Settings = {}) {
    this.#settings = settings;
    this.cluster = new FakeCluster(this.clock, this.#worldEnds.signal);
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
    const { clock, channels, ledgerStore, cluster } = this;
    const reporter = { report: (report: Report) => void this.reports.push(report) };
    const ports = { clock, channels, ledgerStore, reporter, random: this.#random };
    this.#deps = depsOf(
      { ...ports, associations: this.eks, pods: cluster, evictor: cluster },
      this.#settings,
    );
    this.#daemon = new Daemon(this.#deps, {
      pollInterval: pollIntervalOf(this.#settings),
      describeRate: this.#settings.describeRate ?? 100,
    });
    this.#running = this.#daemon.run(this.#stop.signal);
    this.#running.catch(() => {});
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
    const ended = this.#running.then(
      () => true,
      () => true,
    );
    const turn = async (): Promise<boolean> => {
      await this.clock.advance(milliseconds(100));
      return false;
    };
    while (!(await Promise.race([ended, turn()])));
    await this.#running;
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
    return this.reports.flatMap((report) => (report.kind === 'bug' ? [report.error] : []));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopDaemon();
    this.#worldEnds.abort(new Error('the world ends'));
    await this.clock.advance(milliseconds(0));
    if (this.clock.pending > 0) throw new Error(`${this.clock.pending} timers were left behind`);
    if (this.bugs().length > 0) throw new AggregateError(this.bugs(), 'the daemon reported bugs');
  }
}
