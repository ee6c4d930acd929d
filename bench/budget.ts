/** The budget of requests to EKS: what was asked, held against what a token bucket allows. */

import type { RequestRecord } from '../simulator/aws/http.ts';
import type { Figure } from './benchmark.ts';
import { figure } from './benchmark.ts';

export type Limits = {
  /** A second, in the long run. */
  readonly rate: number;
  readonly burst: number;
};

/** By how many requests the worst moment went beyond the limits; 0 where none did. Times in milliseconds. */
export function overrun(times: readonly number[], { rate, burst }: Limits): number {
  const sorted = times.toSorted((one, other) => one - other);
  let level = burst;
  let last = sorted[0] ?? 0;
  let worst = 0;
  for (const at of sorted) {
    level = Math.min(burst, level + ((at - last) * rate) / 1000) - 1;
    last = at;
    worst = Math.max(worst, -level);
  }
  return Math.ceil(worst);
}

/** The most that came within any one second. */
export function busiestSecond(times: readonly number[]): number {
  const sorted = times.toSorted((one, other) => one - other);
  let first = 0;
  let most = 0;
  for (const [index, at] of sorted.entries()) {
    while ((sorted[first] ?? at) <= at - 1000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

export type Rates = {
  /** REVOKER_CONFIRM_RATE and REVOKER_DESCRIBE_RATE. */
  readonly confirm: number;
  readonly describe: number;
  /** Seconds between two sweeps, at the least. */
  readonly sweep: number;
};

export type Asked = {
  /** Lists of one identity: the first request of each confirmation. */
  readonly confirmations: readonly number[];
  readonly describes: readonly number[];
  /** First pages of full Lists. */
  readonly sweeps: readonly number[];
  readonly all: readonly number[];
};

/** The daemon's reads since `from`, by their purpose. */
export function askedOf(requests: readonly RequestRecord[], from: number): Asked {
  const reads = requests.filter(
    ({ operation, at }) => at >= from && /^(?:List|Describe)/.test(operation ?? ''),
  );
  const timesOf = (isOne: (request: RequestRecord) => boolean): number[] =>
    reads.filter(isOne).map(({ at }) => at);
  return {
    confirmations: timesOf((one) => isList(one) && one.params['namespace'] !== undefined),
    describes: timesOf(({ operation }) => operation === 'DescribePodIdentityAssociation'),
    sweeps: timesOf(
      (one) => isList(one) && one.params['namespace'] === undefined && one.params['nextToken'] === undefined,
    ),
    all: timesOf(() => true),
  };
}

function isList({ operation }: RequestRecord): boolean {
  return operation === 'ListPodIdentityAssociations';
}

/**
 * What is counted are arrivals, and what is paced are departures: requests that were under way for longer arrive
 * together with later ones. Without this a steady stream at exactly its rate would count as too much.
 */
const UNDER_WAY_SECONDS = 0.25;

function late({ rate, burst }: Limits): Limits {
  return { rate, burst: burst + rate * UNDER_WAY_SECONDS };
}

/** A confirmation is one List and at most one Describe; the burst is what two seconds allow. */
export function budgetFigures(asked: Asked, rates: Rates): readonly Figure[] {
  const burst = 2 * rates.confirm;
  const beyond =
    overrun(asked.confirmations, late({ rate: rates.confirm, burst })) +
    overrun(asked.describes, late({ rate: rates.confirm + rates.describe, burst: burst + 1 })) +
    overrun(asked.sweeps, late({ rate: 1 / rates.sweep, burst: 1 }));
  return [
    figure('EKS confirmations', asked.confirmations.length),
    figure('EKS sweeps', asked.sweeps.length),
    figure('EKS requests', asked.all.length),
    figure('EKS requests in the busiest second', busiestSecond(asked.all)),
    figure('EKS requests beyond the budget', beyond),
  ];
}
