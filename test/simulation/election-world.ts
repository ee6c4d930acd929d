/** Some candidates for one Lease in virtual time, with clocks and networks of their own, and an eye on all terms. */

import type { Campaign } from '../../src/adapters/kubernetes/lease-campaign.ts';
import type { LeaseTiming } from '../../src/adapters/kubernetes/lease-timing.ts';
import type { Loss } from '../../src/domain/leadership.ts';
import type { Duration } from '../../src/domain/time.ts';
import { milliseconds } from '../../src/domain/time.ts';
import type { LeadershipListener } from '../../src/ports/leadership.ts';
import type { FakeLeaseServer, Weather } from '../support/fake-lease-server.ts';
import { fairWeather, fakeLeaseApi, PLACE } from '../support/fake-lease-server.ts';
import { SkewedClock } from '../support/skewed-clock.ts';
import type { SteppedClock } from '../support/stepped-clock.ts';

export type CampaignMaker = typeof Campaign;

export type Candidate = {
  readonly campaign: Campaign;
  readonly clock: SkewedClock;
  readonly weather: Weather;
  readonly losses: Loss[];
  readonly readings: string[];
  elections: number;
  /** Tells it to stop, and that its acts have ended after so long. */
  readonly stop: (acts?: Duration) => void;
  readonly ended: Promise<void>;
  isOver: boolean;
};

export type Chance = () => number;

export class ElectionWorld {
  readonly server: FakeLeaseServer;
  readonly clock: SteppedClock;
  readonly candidates: Candidate[] = [];
  /** Instants at which more than one term was not over, for the message. */
  readonly violations: string[] = [];
  readonly #make: CampaignMaker;
  readonly #chance: Chance;
  readonly #closed = new AbortController();
  readonly #rate: (chance: Chance) => number;
  readonly #timing: LeaseTiming | undefined;
  readonly #terms = new Set<{ readonly name: string; readonly signal: AbortSignal }>();

  constructor(parts: {
    readonly server: FakeLeaseServer;
    readonly clock: SteppedClock;
    readonly make: CampaignMaker;
    readonly chance: Chance;
    /** How fast the clock of the next candidate runs. */
    readonly rate: (chance: Chance) => number;
    readonly timing: LeaseTiming | undefined;
  }) {
    this.server = parts.server;
    this.clock = parts.clock;
    this.#make = parts.make;
    this.#chance = parts.chance;
    this.#rate = parts.rate;
    this.#timing = parts.timing;
  }

  start(skew: Duration = milliseconds(0)): Candidate {
    const rate = this.#rate(this.#chance);
    const clock = new SkewedClock(this.clock, { skew, rate });
    const weather = fairWeather();
    const api = fakeLeaseApi(this.server, weather, {
      network: this.clock,
      own: clock,
      closed: this.#closed.signal,
    });
    const podName = `pod-${this.candidates.length}`;
    const timing = this.#timing === undefined ? {} : { timing: this.#timing };
    const campaign = new this.#make(api, { clock, random: this.#chance }, { ...PLACE, podName, ...timing });
    const candidate = this.#run(campaign, clock, weather);
    this.candidates.push(candidate);
    return candidate;
  }

  leaders(): readonly Candidate[] {
    return this.candidates.filter(({ campaign }) => campaign.term() !== undefined);
  }

  /** Lets time pass, and looks at all terms after every stretch of it. */
  async pass(duration: Duration, stretch: Duration = milliseconds(50)): Promise<void> {
    for (let left: number = duration; left > 0; left -= stretch) {
      await this.clock.advance(milliseconds(Math.min(left, stretch)));
      this.#look();
    }
  }

  async close(): Promise<void> {
    for (const { stop } of this.candidates) stop();
    this.#closed.abort();
    await this.clock.advance(milliseconds(60_000));
    await Promise.all(this.candidates.map(({ ended }) => ended));
  }

  #run(campaign: Campaign, clock: SkewedClock, weather: Weather): Candidate {
    const [stopping, drained] = [new AbortController(), new AbortController()];
    const stop = (acts = milliseconds(0)): void => {
      stopping.abort();
      this.clock.sleep(acts, this.#closed.signal).then(
        () => drained.abort(),
        () => drained.abort(),
      );
    };
    const losses: Loss[] = [];
    const readings: string[] = [];
    const listener: LeadershipListener = {
      elected: (signal) => {
        candidate.elections += 1;
        this.#terms.add({ name: campaign.name, signal });
        this.#look();
      },
      lost: (loss) => losses.push(loss),
      reading: (reading) => readings.push(reading.kind === 'known' ? 'known' : reading.why),
    };
    const run = async (): Promise<void> => {
      await campaign.run(listener, { stopping: stopping.signal, drained: drained.signal });
      candidate.isOver = true;
    };
    const candidate: Candidate = {
      campaign,
      clock,
      weather,
      losses,
      readings,
      elections: 0,
      stop,
      isOver: false,
      ended: new Promise(() => {}),
    };
    return Object.assign(candidate, { ended: run() });
  }

  /** By the signals alone: what an act would go by that does not ask again. */
  #look(): void {
    for (const term of this.#terms) if (term.signal.aborted) this.#terms.delete(term);
    if (this.#terms.size < 2) return;
    const names = [...this.#terms].map(({ name }) => name).join(' and ');
    this.violations.push(`${names} lead at ${this.clock.monotonic() / 1000} s`);
  }
}
