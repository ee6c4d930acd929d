/** The profiles of random histories: how often each kind of operation comes. */

import type { Operation } from './operations.ts';

export type Kind = Operation['kind'];

export type Profile = {
  /** How many operations. */
  readonly length: number;
  /** The longest ordinary pause between two, in seconds. */
  readonly pause: number;
  /** The share of histories with a ledger. */
  readonly ledger: number;
  /** By how many seconds the clock of the host may be wrong, either way. */
  readonly skew: number;
  /** Many identities more. */
  readonly hasCrowd?: boolean;
  readonly weights: Readonly<Partial<Record<Kind, number>>>;
};

const LIFE = {
  update: 10,
  delete: 6,
  create: 8,
  recreate: 5,
  start: 12,
  rush: 3,
  glimpse: 2,
  race: 1,
  remove: 4,
  finish: 1,
} as const;

const EKS_FAULTS = { 'eks-fails': 3, 'eks-cut-off': 1, 'eks-slow': 1, 'eks-lags': 2 } as const;

const HINTS = { forge: 2, 'repeat-record': 1, 'queue-stutters': 0.5 } as const;

export const PROFILES = {
  /** Every change of a grant, across restarts, with a world that fails now and then. */
  grants: {
    length: 40,
    pause: 25,
    ledger: 0.85,
    skew: 0,
    weights: { ...LIFE, ...EKS_FAULTS, forge: 1, stop: 1.5, crash: 1.5, budget: 1 },
  },
  /** Pods that come and go under a watch that is behind, and evictions that are slow or refused. */
  pods: {
    length: 50,
    pause: 12,
    ledger: 0.9,
    skew: 0,
    weights: {
      update: 6,
      delete: 4,
      create: 6,
      start: 12,
      race: 8,
      remove: 8,
      finish: 2,
      stop: 2,
      crash: 1,
      budget: 3,
      'evictions-fail': 2,
      'evictions-slow': 3,
      'watch-lags': 5,
      'watch-stutters': 1,
      'watch-silent': 2,
      relists: 1,
      'api-cut-off': 1,
    },
  },
  /** A host whose clock is wrong, and is set right by steps. */
  clocks: {
    length: 40,
    pause: 20,
    ledger: 0.9,
    skew: 4,
    weights: {
      ...LIFE,
      'eks-lags': 1,
      'eks-slow': 1,
      'evictions-slow': 1,
      budget: 1,
      stop: 1,
      crash: 1,
      'clock-step': 8,
    },
  },
  /** Many identities, all of which lose their associations at once. */
  crowd: {
    length: 25,
    pause: 40,
    ledger: 0.9,
    skew: 0,
    hasCrowd: true,
    weights: { ...LIFE, 'mass-delete': 4, restore: 4, stop: 1, crash: 1, 'eks-fails': 1, budget: 1 },
  },
  /** Everything that can go wrong, at once. */
  faults: {
    length: 50,
    pause: 20,
    ledger: 0.9,
    skew: 0,
    weights: {
      ...LIFE,
      ...EKS_FAULTS,
      ...HINTS,
      stop: 1,
      crash: 2.5,
      budget: 2,
      'evictions-fail': 2,
      'evictions-slow': 1,
      'watch-lags': 1.5,
      'watch-stutters': 0.5,
      'watch-silent': 1,
      relists: 1,
      'api-cut-off': 1,
      'ledger-fails': 2,
      'ledger-damaged': 0.5,
    },
  },
} as const satisfies Readonly<Record<string, Profile>>;
