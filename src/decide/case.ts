/** A case: one holder, everything that its verdict may depend on, and the moment of the judgement. */

import type { Standing } from '../domain/association.ts';
import type { Coverage } from '../domain/chronicle.ts';
import type { AssociationHint } from '../domain/hint.ts';
import type { Gap, History } from '../domain/history.ts';
import type { Holder } from '../domain/holder.ts';
import type { Attempt } from '../domain/outcome.ts';
import type { Policy } from '../domain/policy.ts';
import type { Reading } from '../domain/reading.ts';
import type { Revocation } from '../domain/revocation.ts';
import type { Instant } from '../domain/time.ts';

export type HolderFacts = {
  readonly holder: Holder;
  readonly standing: Reading<Standing>;
  /** As recounted: readings and the chronicle together. */
  readonly history: History;
  readonly revocation: Revocation | undefined;
  readonly attempt: Attempt | undefined;
  /** What was heard of the identity, by whatever channel. */
  readonly records: readonly AssociationHint[];
  /** When nobody looked, and CloudTrail has not told all either. */
  readonly gaps: readonly Gap[];
  /** The time of which CloudTrail has told all. */
  readonly coverage: Coverage | undefined;
};

export type Case = { readonly facts: HolderFacts; readonly policy: Policy; readonly now: Instant };
