/** The scene of a random history: an AWS account, a cluster, the weather, and a host that runs the daemon. */

import type { Identity } from '../../../src/domain/identity.ts';
import type { Duration } from '../../../src/domain/time.ts';
import { hours, milliseconds, seconds } from '../../../src/domain/time.ts';
import { at, identity, policy } from '../../support/builders.ts';
import { FakeCluster } from '../../support/fake-cluster.ts';
import { FakeEks } from '../../support/fake-eks.ts';
import { FakeLedgerShelf } from '../../support/fake-ledger-store.ts';
import { calmWatch } from '../../support/fake-pod-view.ts';
import { SteppedClock } from '../../support/stepped-clock.ts';
import { longestGapOf } from '../deps.ts';
import { Account } from './account.ts';
import { chanceOf } from './chance.ts';
import { evictorOf } from './eviction-api.ts';
import type { Happening, Heard } from './happenings.ts';
import { Host } from './host.ts';
import { Mail } from './mail.ts';
import { Mind } from './mind.ts';
import { Oracle } from './oracle.ts';
import type { Story } from './story.ts';
import { OWN } from './story.ts';
import { Truth } from './truth.ts';
import { Weather } from './weather.ts';
import { PLAIN, Workloads } from './workloads.ts';

export class Scene {
  readonly story: Story;
  readonly clock = new SteppedClock(at(0));
  readonly eks = new FakeEks(this.clock);
  readonly shelf = new FakeLedgerShelf();
  readonly truth = new Truth();
  readonly mind = new Mind(this.truth);
  readonly #ends = new AbortController();
  readonly cluster = new FakeCluster(this.clock, this.#ends.signal);
  readonly mail = new Mail(this.clock, this.#ends.signal);
  readonly account = new Account(this.clock, this.eks, this.truth, this.mail);
  readonly workloads = new Workloads(this.clock, this.cluster, this.truth);
  readonly weather: Weather;
  readonly host: Host;
  readonly oracle: Oracle;
  #skew = seconds(0);
  readonly #hear: (heard: Heard) => void;

  constructor(story: Story, hear: (heard: Heard) => void) {
    this.story = story;
    this.#hear = hear;
    const { clock, eks, cluster, shelf, mail, mind } = this;
    const ends = this.#ends.signal;
    // What the world does by chance is another sequence than what the history is made of.
    const chance = chanceOf(story.seed + 1_000_000);
    const watch = calmWatch();
    this.weather = new Weather(clock, ends, chance, { eks, shelf, watch });
    const tell = this.tell.bind(this);
    const identityOf = this.identity.bind(this);
    const evictor = evictorOf({ clock, cluster, weather: this.weather, identity: identityOf, tell });
    const skew = (): Duration => this.#skew;
    const around = { clock, skew, ends, chance, eks, cluster, watch, evictor, mail, mind, tell };
    const { settings, hasLedger } = story;
    this.host = new Host({ ...around, settings, shelf: hasLedger ? shelf : undefined });
    const { settleTime, consistencyWindow } = policy(settings.policy);
    this.oracle = new Oracle(this.truth, mind, {
      settleTime: milliseconds(settleTime - story.skew * 2000),
      window: milliseconds(consistencyWindow + story.skew * 1000),
      longestGap: longestGapOf(settings),
    });
    this.#begin();
  }

  identity(index: number): Identity {
    return identity(this.story.identities[index]);
  }

  tell(happening: Happening): void {
    this.#hear({ at: this.clock.now(), happening });
  }

  /** Whatever goes on beside: it must not fail. */
  background(work: Promise<void> | undefined): void {
    work?.catch((error: unknown) =>
      this.tell({ kind: 'reported', report: { kind: 'bug', where: 'the scene', error } }),
    );
  }

  later(delay: Duration, run: () => void): void {
    this.clock.sleep(delay, this.#ends.signal).then(run, () => {});
  }

  /** Sets the clock of the host, by a share of the most that it may be wrong. */
  setClock(share: number): void {
    this.#skew = seconds(share * this.story.skew);
  }

  async pass(duration: Duration): Promise<void> {
    await this.clock.advance(duration);
  }

  /** Calls and sleeps of the whole world that are under way when all has ended. */
  async end(): Promise<number> {
    await this.host.stop();
    this.#ends.abort(new Error('the world ends'));
    await this.clock.advance(milliseconds(0));
    return this.clock.pending;
  }

  #begin(): void {
    const { grants, pods } = this.story.beginning;
    for (const [index, name] of grants.entries()) {
      if (name !== undefined) this.account.create(this.identity(index), name, undefined, { at: at(-86_400) });
    }
    for (const [index, count] of pods.entries()) {
      const own = this.identity(index) === OWN ? 'pod-identity-revoker-0' : undefined;
      for (let n = 0; n < (own === undefined ? count : 1); n += 1) {
        this.workloads.start(
          this.identity(index),
          { ...PLAIN, of: n % 2 === 0 ? 'bare' : 'owned' },
          own,
          hours(1),
        );
      }
    }
    this.host.start();
  }
}

/** How long before the first operation, so that the daemon has looked round. */
export const PRELUDE = seconds(70);
