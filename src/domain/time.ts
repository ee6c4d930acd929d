/** Points in time and lengths of time, branded so that the two can't be swapped. */

declare const instantBrand: unique symbol;
declare const durationBrand: unique symbol;

/** Milliseconds since the Unix epoch, UTC. */
export type Instant = number & { readonly [instantBrand]: true };

/** A length of time in milliseconds; may be negative where two instants are compared. */
export type Duration = number & { readonly [durationBrand]: true };

export function instant(millisecondsSinceEpoch: number): Instant {
  return millisecondsSinceEpoch as Instant;
}

export function milliseconds(count: number): Duration {
  return count as Duration;
}

export function seconds(count: number): Duration {
  return milliseconds(count * 1000);
}

export function minutes(count: number): Duration {
  return seconds(count * 60);
}

export function hours(count: number): Duration {
  return minutes(count * 60);
}

export function after(at: Instant, by: Duration): Instant {
  return instant(at + by);
}

export function before(at: Instant, by: Duration): Instant {
  return instant(at - by);
}

/** How long it is from one instant to another; negative where `to` is the earlier one. */
export function between(from: Instant, to: Instant): Duration {
  return milliseconds(to - from);
}

export function latest(first: Instant, ...others: readonly Instant[]): Instant {
  return instant(Math.max(first, ...others));
}

/** The earliest of those that are known, or undefined where none is. */
export function earliest(...candidates: readonly (Instant | undefined)[]): Instant | undefined {
  let found: Instant | undefined;
  for (const candidate of candidates) {
    if (candidate !== undefined && (found === undefined || candidate < found)) found = candidate;
  }
  return found;
}

/** RFC 3339 in UTC with milliseconds, as logs and documents show it. */
export function iso(at: Instant): string {
  return new Date(at).toISOString();
}
