/** One seeded random history of an election, and what is wrong with it. */

import type { LeaseTiming } from '../../src/adapters/kubernetes/lease-timing.ts';
import { LEASE_TIMING } from '../../src/adapters/kubernetes/lease-timing.ts';
import type { Duration } from '../../src/domain/time.ts';
import { milliseconds, minutes, seconds } from '../../src/domain/time.ts';
import { FakeLeaseServer, fairWeather, FOREIGN_SPEC } from '../support/fake-lease-server.ts';
import { SteppedClock } from '../support/stepped-clock.ts';
import type { CampaignMaker, Candidate, Chance } from './election-world.ts';
import { ElectionWorld } from './election-world.ts';

export type RunOptions = {
  readonly make: CampaignMaker;
  readonly seed: number;
  readonly steps: number;
  readonly ignoresVersions?: boolean;
  /** All clocks run at one rate, and a term lasts nearly as long as others wait: what little is wrong shows. */
  readonly isTight?: boolean;
};

export type RunResult = {
  readonly problems: readonly string[];
  readonly elections: number;
  readonly virtual: Duration;
};

const TIGHT: LeaseTiming = { ...LEASE_TIMING, renewDeadline: seconds(14) };

/** Mulberry32: small, seeded, good enough to choose faults. */
export function seededChance(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Two to four candidates, faults step by step; then the faults cease, and a leader stops. */
export async function electionRun(options: RunOptions): Promise<RunResult> {
  const chance = seededChance(options.seed);
  const clock = new SteppedClock();
  const server = new FakeLeaseServer();
  server.ignoresVersions = options.ignoresVersions ?? false;
  const isTight = options.isTight ?? false;
  const rate = isTight ? () => 1 : rateOf;
  const timing = isTight ? TIGHT : undefined;
  const world = new ElectionWorld({ server, clock, make: options.make, chance, rate, timing });
  world.start(skewOf(chance));
  world.start(skewOf(chance));
  const problems: string[] = [];
  for (let step = 0; step < options.steps; step += 1) {
    disturb(world, chance);
    await world.pass(milliseconds(Math.ceil(chance() ** 3 * 20_000)), milliseconds(200));
  }
  await calm(world, problems);
  await handOver(world, problems);
  await world.close();
  problems.push(...world.violations);
  if (clock.pending > 0) problems.push(`${clock.pending} sleeps are left`);
  const elections = world.candidates.reduce((sum, one) => sum + one.elections, 0);
  return { problems, elections, virtual: clock.monotonic() };
}

function skewOf(chance: Chance): Duration {
  return milliseconds(Math.round((chance() - 0.5) * 2 * minutes(60)));
}

/** Up to 5 % too fast or too slow: far worse than any machine. */
function rateOf(chance: Chance): number {
  return 0.95 + chance() * 0.1;
}

function disturb(world: ElectionWorld, chance: Chance): void {
  const alive = world.candidates.filter(({ isOver }) => !isOver);
  const one = alive[Math.floor(chance() * alive.length)] ?? world.start(skewOf(chance));
  const pick = FAULTS[Math.floor(chance() * FAULTS.length)];
  pick?.(one, world, chance);
}

type Fault = (one: Candidate, world: ElectionWorld, chance: Chance) => void;

const FAULTS: readonly Fault[] = [
  (one) => void Object.assign(one.weather, fairWeather()),
  (one) => void Object.assign(one.weather, fairWeather()),
  (one) => void Object.assign(one.weather, { losesRequests: true }),
  (one) => void Object.assign(one.weather, { losesAnswers: true }),
  (one, _, chance) => void Object.assign(one.weather, { out: delayOf(chance), back: delayOf(chance) }),
  (one, _, chance) => void Object.assign(one.weather, { out: delayOf(chance) }),
  (one, _, chance) => void Object.assign(one.weather, { back: delayOf(chance) }),
  (_, world) => world.server.delete(),
  (one, _, chance) => one.clock.setBy(skewOf(chance)),
  (one, _, chance) => one.clock.setBy(milliseconds(Math.round((chance() - 0.5) * seconds(20)))),
  (one, _, chance) => one.stop(milliseconds(chance() * seconds(5))),
  (_, world, chance) => {
    if (world.candidates.filter(({ isOver }) => !isOver).length < 4) world.start(skewOf(chance));
  },
  (_, world) => {
    if (world.server.spec !== undefined) world.server.put({ ...world.server.spec, holderIdentity: '' });
  },
  (_, world) => world.server.put({ ...FOREIGN_SPEC, leaseDurationSeconds: undefined }),
  (_, world) => world.server.put({ holderIdentity: 'malformed', leaseDurationSeconds: 0 }),
];

function delayOf(chance: Chance): Duration {
  return milliseconds(Math.ceil(chance() ** 2 * seconds(12)));
}

/** The longest that a late request is on its way, that a Lease of nobody's then stands in the way, and a probation after it. */
const CALM = seconds(60);

async function calm(world: ElectionWorld, problems: string[]): Promise<void> {
  for (const { weather } of world.candidates) Object.assign(weather, fairWeather());
  while (world.candidates.filter(({ isOver }) => !isOver).length < 2) world.start();
  await world.pass(CALM, milliseconds(200));
  if (world.leaders().length !== 1) problems.push(`${world.leaders().length} lead although all is well`);
}

async function handOver(world: ElectionWorld, problems: string[]): Promise<void> {
  const [leader] = world.leaders();
  while (world.candidates.filter(({ isOver }) => !isOver).length < 2) world.start();
  await world.pass(seconds(5));
  leader?.stop(seconds(1));
  await world.pass(seconds(1));
  await world.pass(milliseconds(1900));
  const [next] = world.leaders();
  if (next === undefined || next === leader) problems.push('nobody took over within 2 s');
}

/** The last renewal is answered late, and then the leader is cut off: the worst case for a deadline. */
export async function lateAnswerRun(make: CampaignMaker): Promise<readonly string[]> {
  const [server, clock, chance] = [new FakeLeaseServer(), new SteppedClock(), seededChance(1)];
  const world = new ElectionWorld({ server, clock, make, chance, rate: () => 1, timing: TIGHT });
  const leader = world.start();
  await world.pass(seconds(30));
  world.start();
  leader.weather.back = milliseconds(2900);
  const before = server.writes;
  while (server.writes === before) await world.pass(milliseconds(50));
  await world.pass(milliseconds(2900));
  leader.weather.losesRequests = true;
  await world.pass(seconds(30));
  const problems = world.leaders().length === 1 ? [] : ['nobody leads'];
  await world.close();
  return [...problems, ...world.violations];
}
