/** The world that most stories begin with. */

import assert from 'node:assert/strict';
import { seconds } from '../../src/domain/time.ts';
import { at, grant, identity } from '../support/builders.ts';
import type { Settings } from './world.ts';
import { World } from './world.ts';

export const ETL = identity('team-a/etl');
export const WEB = identity('team-b/web');
export const LONG_AGO = at(-86_400);

/** Two identities with a grant for a day, three pods of one and one of the other for an hour, and a daemon that has looked round. */
export async function busyWorld(
  settings: Settings = {},
  prepare: (world: World) => void = () => {},
): Promise<World> {
  const world = new World(settings);
  world.eks.create(ETL, grant('etl'), LONG_AGO);
  world.eks.create(WEB, grant('web'), LONG_AGO);
  for (const name of ['etl-1', 'etl-2', 'etl-3']) world.cluster.start(ETL, { name, start: at(-3600) });
  world.cluster.start(WEB, { name: 'web-1', start: at(-3600) });
  prepare(world);
  world.startDaemon();
  await world.pass(seconds(61));
  assert.deepEqual(world.cluster.evictions, []);
  return world;
}
