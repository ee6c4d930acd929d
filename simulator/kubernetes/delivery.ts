/** How an answer gets to its caller when a fault befalls it on the way. */

import type { Pace } from '../connection.ts';

/** How much of a body arrives, and how fast. */
export type Delivery =
  | { readonly kind: 'whole' }
  | { readonly kind: 'truncate'; readonly bytes: number }
  | { readonly kind: 'stall'; readonly bytes: number }
  | ({ readonly kind: 'slow' } & Pace);

export const WHOLE: Delivery = { kind: 'whole' };
