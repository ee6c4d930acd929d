/** The scene of the stories of leadership: two replicas that have looked round, of which the first one leads. */

import assert from 'node:assert/strict';
import { minutes, seconds } from '../../src/domain/time.ts';
import { at, grant } from '../support/builders.ts';
import { ETL, LONG_AGO, WEB } from './busy.ts';
import type { Replica } from './replicas.ts';
import { Replicas } from './replicas.ts';
import type { Settings } from './world.ts';
import { World } from './world.ts';

export type Scene = AsyncDisposable & {
  readonly world: World;
  readonly replicas: Replicas;
  readonly one: Replica;
  readonly two: Replica;
};

/** Two replicas that have looked round; the first one leads. Every second it is looked at who leads. */
export async function twoReplicas(
  settings: Settings = {},
  pods = 3,
  prepare: (world: World) => void = () => {},
): Promise<Scene> {
  const world = new World(settings);
  world.eks.create(ETL, grant('etl'), LONG_AGO);
  world.eks.create(WEB, grant('web'), LONG_AGO);
  for (let n = 1; n <= pods; n += 1) world.cluster.start(ETL, { name: `etl-${n}`, start: at(-3600) });
  world.cluster.start(WEB, { name: 'web-1', start: at(-3600) });
  prepare(world);
  const replicas = new Replicas(world);
  const one = replicas.start('one');
  await world.pass(seconds(5));
  const two = replicas.start('two');
  await world.pass(minutes(1));
  return { world, replicas, one, two, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

export function onlyLeadersActed({ replicas, one, two }: Scene): void {
  assert.deepEqual(
    replicas.acts.filter(({ wasLeading }) => !wasLeading),
    [],
  );
  assert.ok(one.leadership.term() === undefined || two.leadership.term() === undefined);
}
