/** Braking: the same plan with nobody to be evicted. What was due waits, with the brake as the reason. */

import type { Brake } from '../domain/brake.ts';
import { BRAKES } from '../domain/brake.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { Judged, Plan } from './plan.ts';

/** All else goes on: stages advance, and time passes, so that what is due can be done at once when the brake lets go. */
export function brake(plan: Plan, engaged: ReadonlySet<Brake>): Plan {
  const reason = BRAKES.find((each) => engaged.has(each));
  if (reason === undefined) return plan;
  return { ...plan, judged: plan.judged.map((each) => braked(each, reason)), acts: [] };
}

function braked(judged: Judged, reason: Brake): Judged {
  if (judged.verdict.kind !== 'evict' && judged.verdict.kind !== 'force') return judged;
  const verdict: Verdict = { kind: 'wait', reason, until: undefined };
  return { holder: judged.holder, verdict };
}
