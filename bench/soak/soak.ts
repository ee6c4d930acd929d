/** One soak: a quiet beginning, churn and faults and changes of the lead, and a quiet end. */

import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../simulator/demo/until.ts';
import { Churn } from './churn.ts';
import type { Course } from './figures.ts';
import { gauge } from './gauge.ts';
import type { Replica } from './replica.ts';
import { makeReplica } from './replica.ts';
import { comeToRest } from './rest.ts';
import { Upheaval } from './upheaval.ts';
import { BadWeather } from './weather.ts';
import { buildWorld } from './world.ts';

const NAMES = ['pod-identity-revoker-steady', 'pod-identity-revoker-shaken'] as const;
const READY_LIMIT_MS = 60_000;
/** Long enough for one more sample of both. */
const QUIET_MS = 12_000;

/** `tell` is called with a sentence for each part of it. `judge` sees it while everything is still there. */
export async function soak<T>(
  { minutes, seed }: { readonly minutes: number; readonly seed: number },
  tell: (sentence: string) => void,
  judge: (course: Course) => Promise<T>,
): Promise<T> {
  await using cleanup = new AsyncDisposableStack();
  const world = cleanup.use(await buildWorld(seed, NAMES));
  const steady = cleanup.use(await makeReplica(world.simulator, NAMES[0], seed + 100));
  const shaken = cleanup.use(await makeReplica(world.simulator, NAMES[1], seed + 200));
  const pair = { steady, shaken };
  const churn = new Churn(world, seed + 1);
  const weather = new BadWeather([steady, shaken], seed + 300);
  const upheaval = cleanup.use(new Upheaval(world.simulator, pair, seed + 2));
  for (const replica of [steady, shaken]) replica.start();
  for (const replica of [steady, shaken]) await isReady(replica);
  const measuring = new AbortController();
  const measured = gauge([steady, shaken], () => world.simulator.clock.now(), measuring.signal);
  try {
    await pause(QUIET_MS);
    tell(`churn and faults for ${minutes} minutes`);
    const end = AbortSignal.timeout(minutes * 60_000);
    await Promise.all([churn.run(end), weather.run(end), upheaval.run(end)]);
    tell('all quiet: what is left must come to nothing');
    for (const replica of [steady, shaken]) await isReady(replica);
    const rest = await comeToRest(world, [steady, shaken]);
    await pause(QUIET_MS);
    measuring.abort();
    const samples = await measured;
    for (const replica of [steady, shaken]) await replica.stop();
    return await judge({ world, pair, churn, weather, upheaval, rest, samples, minutes });
  } finally {
    measuring.abort();
    await measured;
  }
}

async function isReady(replica: Replica): Promise<void> {
  const limit = AbortSignal.timeout(READY_LIMIT_MS);
  const look = async (): Promise<true | undefined> =>
    (await replica.answers?.isReady(limit).catch(() => false)) || undefined;
  await until(`${replica.name} to be ready`, look, limit);
}
