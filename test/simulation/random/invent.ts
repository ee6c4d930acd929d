/** Inventing one operation: a kind by its weight, and the rest by chance. */

import type { Chance } from './chance.ts';
import { GRANT_NAMES } from './grants.ts';
import type { Operation, PodKind, RecordJourney } from './operations.ts';
import type { Kind, Profile } from './profiles.ts';

/** Of the five identities the last two are exempt: they have their share, but a smaller one. */
const IDENTITY = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 4];

const POD_KINDS: readonly PodKind[] = ['bare', 'owned', 'owned', 'stateful'];

const UNKNOWN_WHYS = ['throttled', 'failed', 'denied', 'unreachable', 'malformed'] as const;

export function operationOf(chance: Chance, { weights }: Profile): Operation {
  return INVENT[kindOf(chance, weights)](chance);
}

function kindOf(chance: Chance, weights: Profile['weights']): Kind {
  const all = Object.entries(weights);
  let left = chance.next() * all.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [kind, weight] of all) {
    left -= weight;
    if (left < 0) return kind as Kind;
  }
  return 'update';
}

type Invent = { readonly [K in Kind]: (chance: Chance) => Extract<Operation, { kind: K }> };

const INVENT: Invent = {
  update: (c) => ({
    kind: 'update',
    identity: whose(c),
    to: grantOrSame(c),
    spelling: c.between(0, 5),
    record: record(c),
  }),
  delete: (c) => ({ kind: 'delete', identity: whose(c), record: record(c) }),
  create: (c) => ({ kind: 'create', identity: whose(c), to: c.pick(GRANT_NAMES), record: record(c) }),
  recreate: (c) => ({
    kind: 'recreate',
    identity: whose(c),
    to: grantOrSame(c),
    spelling: c.between(0, 5),
    gap: c.pick([0, 0.3, 2, 8, 14, 16, 20]),
    record: record(c),
  }),
  start: (c) => ({
    kind: 'start',
    identity: whose(c),
    pods: c.pick([1, 1, 2, 5]),
    of: c.pick(POD_KINDS),
    isByHand: c.is(0.1),
    grace: c.pick([0, 2, 30, 30, 600]),
    isHeld: c.is(0.05),
    lag: c.pick([0, 0, 1, 5, 15]),
  }),
  rush: (c) => ({
    kind: 'rush',
    identity: whose(c),
    to: c.pick(GRANT_NAMES),
    after: c.pick([0, 1, 4, 12]),
    pods: c.pick([1, 2]),
    record: record(c),
  }),
  glimpse: (c) => ({
    kind: 'glimpse',
    identity: whose(c),
    to: c.pick(GRANT_NAMES),
    pods: c.pick([1, 2]),
    after: c.pick([1, 6, 20]),
    next: c.pick([undefined, ...GRANT_NAMES]),
  }),
  race: (c) => ({ kind: 'race', which: c.between(0, 999) }),
  remove: (c) => ({ kind: 'remove', which: c.between(0, 999) }),
  finish: (c) => ({ kind: 'finish', which: c.between(0, 999) }),
  stop: (c) => ({ kind: 'stop', away: away(c) }),
  crash: (c) => ({
    kind: 'crash',
    ambush: { calls: c.pick([1, 1, 2, 3, 5, 8, 13, 30]), when: c.pick(['before', 'after']) },
    within: 40,
    away: away(c),
  }),
  forge: (c) => ({
    kind: 'forge',
    identity: whose(c),
    action: c.pick(['deleted', 'updated']),
    age: c.pick([0, 1, 60, 3600]),
  }),
  'repeat-record': (c) => ({ kind: 'repeat-record', which: c.between(0, 999) }),
  'clock-step': (c) => ({ kind: 'clock-step', share: c.pick([-1, -0.5, 0, 0.5, 1]) }),
  'mass-delete': (c) => ({ kind: 'mass-delete', record: record(c) }),
  restore: (c) => ({ kind: 'restore', record: record(c) }),
  'queue-stutters': () => ({ kind: 'queue-stutters' }),
  'eks-fails': (c) => ({
    kind: 'eks-fails',
    operation: c.pick(['list', 'describe', 'confirm']),
    why: c.pick(UNKNOWN_WHYS),
    lasts: lasts(c),
  }),
  'eks-cut-off': (c) => ({ kind: 'eks-cut-off', lasts: lasts(c) }),
  'eks-slow': (c) => ({ kind: 'eks-slow', most: c.pick([1, 5, 15]), lasts: lasts(c) }),
  'eks-lags': (c) => ({ kind: 'eks-lags', most: c.pick([2, 5, 9]), lasts: lasts(c) }),
  budget: (c) => ({
    kind: 'budget',
    identity: whose(c),
    retryAfter: c.pick([undefined, 10]),
    lasts: c.pick([20, 90, 300]),
  }),
  'evictions-fail': (c) => ({
    kind: 'evictions-fail',
    how: c.pick(['two-budgets', 'forbidden', 'failed', 'timed-out', 'timed-out-but-accepted']),
    lasts: lasts(c),
  }),
  'evictions-slow': (c) => ({ kind: 'evictions-slow', most: c.pick([1, 5, 20]), lasts: lasts(c) }),
  'watch-lags': (c) => ({ kind: 'watch-lags', most: c.pick([1, 5, 30]), lasts: lasts(c) }),
  'watch-stutters': (c) => ({ kind: 'watch-stutters', lasts: lasts(c) }),
  'watch-silent': (c) => ({ kind: 'watch-silent', lasts: c.pick([30, 120, 400]) }),
  relists: (c) => ({ kind: 'relists', times: c.between(1, 5) }),
  'api-cut-off': (c) => ({ kind: 'api-cut-off', lasts: lasts(c) }),
  'ledger-fails': (c) => ({
    kind: 'ledger-fails',
    how: c.pick(['conflict', 'refused', 'unreachable', 'unreachable-but-written', 'unreadable']),
    lasts: lasts(c),
  }),
  'ledger-damaged': (c) => ({ kind: 'ledger-damaged', how: c.pick(['deleted', 'malformed']) }),
};

function whose(chance: Chance): number {
  return chance.pick(IDENTITY);
}

function grantOrSame(chance: Chance): (typeof GRANT_NAMES)[number] | 'same' {
  return chance.is(0.4) ? 'same' : chance.pick(GRANT_NAMES);
}

function record(chance: Chance): RecordJourney {
  if (chance.is(0.35)) return undefined;
  return { delay: chance.pick([0, 0.5, 2, 5, 20, 200]), isTwice: chance.is(0.15) };
}

function lasts(chance: Chance): number {
  return chance.pick([3, 15, 40, 120, 400]);
}

function away(chance: Chance): number {
  return chance.pick([0, 1, 5, 30, 200, 700]);
}
