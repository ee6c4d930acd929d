/** What happens in a history, in order, as the checks and the trace hear of it. */

import type { Outcome } from '../../../src/domain/outcome.ts';
import type { Report } from '../../../src/domain/report.ts';
import type { Instant } from '../../../src/domain/time.ts';
import type { EvictionOrder } from '../../../src/ports/evictor.ts';

export type Happening =
  | { readonly kind: 'daemon-started'; readonly generation: number }
  /** `left`: calls and sleeps of a daemon that has ended well and should have left none. */
  | { readonly kind: 'daemon-ended'; readonly how: 'stopped' | 'crashed'; readonly left: number }
  | { readonly kind: 'operation'; readonly text: string }
  | { readonly kind: 'eviction-asked'; readonly order: EvictionOrder; readonly sentAt: Instant }
  | {
      readonly kind: 'eviction-answered';
      readonly order: EvictionOrder;
      readonly outcome: Outcome;
      /** Whether a pod of this uid was there to be evicted. */
      readonly wasThere: boolean;
    }
  | { readonly kind: 'reported'; readonly report: Report };

export type Heard = { readonly at: Instant; readonly happening: Happening };

/** Hears of everything that happens; a check answers with what must not be, in a sentence for each. */
export type Check = (heard: Heard) => readonly string[];
