/** All that is checked while a history goes on, after everything that happens. */

import type { Check } from '../happenings.ts';
import type { Scene } from '../scene.ts';
import { bugCheck, leftCheck } from './ends.ts';
import { paceCheck } from './pace.ts';
import { acceptedCheck, dryRunCheck, leavingCheck, protectedCheck, uidCheck } from './pods.ts';
import { proofCheck } from './proof.ts';
import { stagesCheck } from './stages.ts';

/** Brakes, leadership and deadlines have their checks here as soon as they are there. */
export function allChecks(scene: Scene): readonly Check[] {
  const { story } = scene;
  return [
    proofCheck(scene),
    uidCheck(),
    dryRunCheck(story),
    protectedCheck(story),
    leavingCheck(scene),
    acceptedCheck(),
    paceCheck(story),
    stagesCheck(),
    bugCheck,
    leftCheck,
  ];
}
