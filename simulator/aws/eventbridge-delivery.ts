/** How EventBridge delivers: late, twice, in another order or not at all, as often as is asked for. */

/** Rates are shares of the matching records, from 0 to 1; times are milliseconds. */
export type Delivery = {
  /** From the record to its delivery: so long, or anything between the two. */
  readonly delay: number | { readonly min: number; readonly max: number };
  readonly loss: number;
  /** Delivered once more, at another delay. */
  readonly duplication: number;
  /** Held back by up to `heldBack` more, so that later records overtake it. */
  readonly reordering: number;
  readonly heldBack: number;
};

export const DELIVERED_AT_ONCE: Delivery = {
  delay: 0,
  loss: 0,
  duplication: 0,
  reordering: 0,
  heldBack: 2000,
};

/** After how many milliseconds each copy of one record is delivered: none where it is lost. */
export function deliveriesOf(delivery: Delivery, random: () => number): number[] {
  const lost = random() < delivery.loss;
  const copies = random() < delivery.duplication ? 2 : 1;
  const delays = Array.from({ length: copies }, () => delayOf(delivery, random));
  return lost ? [] : delays;
}

function delayOf({ delay, reordering, heldBack }: Delivery, random: () => number): number {
  const { min, max } = typeof delay === 'number' ? { min: delay, max: delay } : delay;
  const regular = min + random() * (max - min);
  return random() < reordering ? regular + random() * heldBack : regular;
}
