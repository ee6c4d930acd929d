/** What the stories of brakes share: what was told of one, why it is engaged, and an operator's controls. */

import type { Brake } from '../../src/domain/brake.ts';
import { FakeControls } from '../support/fake-controls.ts';
import type { World } from './world.ts';

/** What was told of a brake, in order. */
export function told(world: World, brake: Brake): readonly string[] {
  return world.reports.flatMap((report) =>
    report.kind === 'brake' && report.state.brake === brake
      ? [report.state.isEngaged ? 'engaged' : 'let go']
      : [],
  );
}

export function whyOf(world: World, brake: Brake): string {
  return world.deps.brakes.states().find((state) => state.brake === brake)?.detail ?? '';
}

const controls = new WeakMap<World, FakeControls>();

export function withControls(world: World): FakeControls {
  const made = new FakeControls(world.clock);
  controls.set(world, made);
  world.controls = made;
  return made;
}

export function controlsOf(world: World): FakeControls {
  const made = controls.get(world);
  if (made === undefined) throw new Error('this world has no controls');
  return made;
}

export const { signal } = new AbortController();
