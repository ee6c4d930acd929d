/** Words a report as the note that `kubectl describe pod` shows. */

import type { BrakeState } from '../../domain/brake.ts';
import type { Report } from '../../domain/report.ts';
import { inSeconds, sentenceOf } from '../../domain/sentence.ts';
import { iso } from '../../domain/time.ts';

/** Every reason that an Event of ours can have. */
export const EVENT_REASONS = [
  'PodIdentityRevoked',
  'PodIdentityEvictionBlocked',
  'PodIdentityEvictionForbidden',
  'PodIdentityEvictionFailed',
  'PodIdentityDeletedByForce',
  'PodIdentityMissed',
  'BrakeEngaged',
  'BrakeReleased',
] as const;
export type EventReason = (typeof EVENT_REASONS)[number];

export type Note = {
  readonly reason: EventReason;
  readonly type: 'Normal' | 'Warning';
  readonly message: string;
};

type EvictionReport = Extract<Report, { kind: 'eviction' }>;
type HealingReport = Extract<Report, { kind: 'healing' }>;

/** The API server's own limit. */
const LONGEST_MESSAGE = 1024;

/** Undefined where there is no pod left to attach an Event to. */
export function noteOf(report: EvictionReport): Note | undefined {
  const { outcome } = report;
  switch (outcome.kind) {
    case 'already-gone':
    case 'replaced':
      return undefined;
    case 'evicted':
      return report.isForced
        ? note('PodIdentityDeletedByForce', `Deleted past every budget: ${story(report)}.`)
        : note('PodIdentityRevoked', `Evicted: ${story(report)}.`);
    case 'blocked': {
      const by = outcome.by.length === 0 ? '' : ` by ${outcome.by.join(', ')}`;
      return note('PodIdentityEvictionBlocked', `Eviction blocked${by}: ${story(report)}. ${outcome.detail}`);
    }
    case 'forbidden':
      return note('PodIdentityEvictionForbidden', `Eviction forbidden: ${story(report)}. ${outcome.detail}`);
    case 'unreachable':
      return note('PodIdentityEvictionFailed', `Eviction not confirmed: ${story(report)}. ${outcome.detail}`);
  }
}

/** That another replica acts is no news of the Deployment. */
export function brakeNote({ brake, isEngaged, detail }: BrakeState): Note | undefined {
  if (brake === 'not-leader') return undefined;
  if (isEngaged) return note('BrakeEngaged', `Nobody is evicted: ${brake}: ${detail}`);
  return note('BrakeReleased', `The brake ${brake} has let go.`);
}

/** Only an eviction that was accepted is news for a pod that has done nothing wrong. */
export function healingNote({ rostered, outcome }: HealingReport): Note | undefined {
  if (outcome.kind !== 'evicted') return undefined;
  const { identity } = rostered.pod;
  return note(
    'PodIdentityMissed',
    `Evicted so that its replacement is given credentials: ${identity} has an association, and the pod has no token volume.`,
  );
}

const NORMAL: readonly EventReason[] = ['PodIdentityRevoked', 'PodIdentityMissed', 'BrakeReleased'];

function note(reason: EventReason, message: string): Note {
  return { reason, type: NORMAL.includes(reason) ? 'Normal' : 'Warning', message: cut(message) };
}

/** The pod started before the end, so that it may still hold the credentials: that is why. */
function story({ holder, revocation, outcome, sinceEnd }: EvictionReport): string {
  const isLate = outcome.kind === 'evicted' && sinceEnd !== undefined;
  const after = isLate ? `; pod evicted after ${inSeconds(sinceEnd)}` : '';
  return `${sentenceOf(revocation)}; the pod, started ${iso(holder.start)}, may still hold its credentials${after}`;
}

/** In UTF-16 units and in bytes alike no longer than the limit; no character is cut in two. */
function cut(message: string): string {
  if (Buffer.byteLength(message) <= LONGEST_MESSAGE) return message;
  const bytes = Buffer.from(message).subarray(0, LONGEST_MESSAGE - 3);
  return `${bytes.toString('utf8').replace(/\uFFFD+$/, '')}…`;
}
