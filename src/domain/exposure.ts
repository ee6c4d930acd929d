/** Exposure: the holders that are, or may be, stale right now, by state. */

import type { Verdict } from './verdict.ts';

/**
 * - `settling`: waiting for the settle time or for the consistency window
 * - `due`: to be evicted now, waiting for its turn only
 * - `blocked`: an eviction was refused and will be tried again
 * - `braked`: to be evicted, but a brake is engaged
 * - `stuck`: it was told to end, and is still there after its time
 * - `terminating`: eviction accepted; the containers may still run until their grace ends
 * - `undecided`: it can't be told whether the holder is stale
 * - `exempt`: stale, but not to be touched
 * - `expired`: not evicted in time; what it held must have expired by itself
 */
export const EXPOSURE_STATES = [
  'settling',
  'due',
  'braked',
  'blocked',
  'stuck',
  'terminating',
  'undecided',
  'exempt',
  'expired',
] as const;
export type ExposureState = (typeof EXPOSURE_STATES)[number];

/** The state that a verdict means, or undefined for a holder that is kept. */
export function exposureState(verdict: Verdict): ExposureState | undefined {
  switch (verdict.kind) {
    case 'keep':
      return verdict.reason === 'expired' ? 'expired' : undefined;
    case 'evict':
    case 'force':
      return 'due';
    case 'undecided':
      return 'undecided';
    case 'exempt':
      return 'exempt';
    case 'wait':
      return WAITING_STATES[verdict.reason];
  }
}

/** Whether the holder is, or may be, stale and dangerous now. */
export function isExposed(verdict: Verdict): boolean {
  const state = exposureState(verdict);
  return state !== undefined && state !== 'expired';
}

type WaitReason = Extract<Verdict, { kind: 'wait' }>['reason'];

const WAITING_STATES = {
  settling: 'settling',
  'window-open': 'settling',
  terminating: 'terminating',
  'held-by-finalizer': 'stuck',
  'outlives-grace': 'stuck',
  'backing-off': 'blocked',
  'cluster-unproven': 'braked',
  'view-stale': 'braked',
  'mass-end': 'braked',
  paused: 'braked',
  'not-leader': 'braked',
} as const satisfies Readonly<Record<WaitReason, ExposureState>>;
