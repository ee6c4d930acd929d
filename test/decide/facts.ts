/** Facts about an identity whose grant ended and whose settle time has passed. */

import type { IdentityFacts } from '../../src/decide/plan.ts';
import type { Standing } from '../../src/domain/association.ts';
import { NOTHING_TOLD } from '../../src/domain/chronicle.ts';
import type { Reading } from '../../src/domain/reading.ts';
import { known } from '../../src/domain/reading.ts';
import { at, confirmed, endedHistory, identity } from '../support/builders.ts';

const NONE: Reading<Standing> = known({ kind: 'none' }, at(15));

export function facts(more: Partial<IdentityFacts> = {}): IdentityFacts {
  return {
    identity: identity(),
    holders: [],
    isViewFresh: true,
    standing: NONE,
    history: endedHistory(),
    revocation: confirmed(),
    attempts: new Map(),
    records: [],
    gaps: [],
    told: NOTHING_TOLD,
    ...more,
  };
}
