/** The operations of which a random history is made: data, so that a history can be replayed, cut short and interrupted. */

import type { UnknownReason } from '../../../src/domain/reading.ts';
import type { Ambush } from './fence.ts';
import type { GrantName } from './grants.ts';

/** Seconds, whole or not. */
type Seconds = number;

/** How the record of a call travels; undefined: it is lost. */
export type RecordJourney = { readonly delay: Seconds; readonly isTwice: boolean } | undefined;

export type PodKind =
  /** Nothing starts it again. */
  | 'bare'
  /** Its owner starts another one, of another name, as soon as it is on its way out. */
  | 'owned'
  /** Its owner starts one of the same name when it is gone. */
  | 'stateful';

export type Operation =
  | {
      readonly kind: 'update';
      readonly identity: number;
      readonly to: GrantName | 'same';
      readonly spelling: number;
      readonly record: RecordJourney;
    }
  | { readonly kind: 'delete'; readonly identity: number; readonly record: RecordJourney }
  | {
      readonly kind: 'create';
      readonly identity: number;
      readonly to: GrantName;
      readonly record: RecordJourney;
    }
  | {
      /** Deleted and created by one tool, in one go. */
      readonly kind: 'recreate';
      readonly identity: number;
      readonly to: GrantName | 'same';
      readonly spelling: number;
      readonly gap: Seconds;
      readonly record: RecordJourney;
    }
  | {
      readonly kind: 'start';
      readonly identity: number;
      readonly pods: number;
      readonly of: PodKind;
      /** The template spells the token volume out: no association is needed for it. */
      readonly isByHand: boolean;
      readonly grace: Seconds;
      /** A finalizer, or a dead node: once it terminates it never ends. */
      readonly isHeld: boolean;
      /** From the state of how long ago EKS hands out credentials. */
      readonly lag: Seconds;
    }
  | {
      /** A change, and pods that start right after it, with what was in force before. */
      readonly kind: 'rush';
      readonly identity: number;
      readonly to: GrantName;
      readonly after: Seconds;
      readonly pods: number;
      readonly record: RecordJourney;
    }
  | {
      /** An association comes, pods start under it, and it goes or is another one before long. */
      readonly kind: 'glimpse';
      readonly identity: number;
      readonly to: GrantName;
      readonly pods: number;
      readonly after: Seconds;
      readonly next: GrantName | undefined;
    }
  /** Somebody else deletes a pod just when it may be evicted. */
  | { readonly kind: 'race'; readonly which: number }
  | { readonly kind: 'remove'; readonly which: number }
  | { readonly kind: 'finish'; readonly which: number }
  | { readonly kind: 'stop'; readonly away: Seconds }
  | { readonly kind: 'crash'; readonly ambush: Ambush; readonly within: Seconds; readonly away: Seconds }
  | {
      readonly kind: 'forge';
      readonly identity: number;
      readonly action: 'deleted' | 'updated';
      readonly age: Seconds;
    }
  | { readonly kind: 'repeat-record'; readonly which: number }
  /** Somebody deletes all associations of the cluster. */
  | { readonly kind: 'mass-delete'; readonly record: RecordJourney }
  /** Who has none is given again what it had last. */
  | { readonly kind: 'restore'; readonly record: RecordJourney }
  | { readonly kind: 'queue-stutters' }
  /** From now on the clock of the host is wrong by this share of the most that it may be. */
  | { readonly kind: 'clock-step'; readonly share: number }
  | {
      readonly kind: 'eks-fails';
      readonly operation: 'list' | 'describe' | 'confirm';
      readonly why: UnknownReason;
      readonly lasts: Seconds;
    }
  | { readonly kind: 'eks-cut-off'; readonly lasts: Seconds }
  | { readonly kind: 'eks-slow'; readonly most: Seconds; readonly lasts: Seconds }
  | { readonly kind: 'eks-lags'; readonly most: Seconds; readonly lasts: Seconds }
  | {
      readonly kind: 'budget';
      readonly identity: number;
      readonly retryAfter: Seconds | undefined;
      readonly lasts: Seconds;
    }
  | {
      readonly kind: 'evictions-fail';
      readonly how: EvictionFault;
      readonly lasts: Seconds;
    }
  | { readonly kind: 'evictions-slow'; readonly most: Seconds; readonly lasts: Seconds }
  | { readonly kind: 'watch-lags'; readonly most: Seconds; readonly lasts: Seconds }
  | { readonly kind: 'watch-stutters'; readonly lasts: Seconds }
  | { readonly kind: 'watch-silent'; readonly lasts: Seconds }
  | { readonly kind: 'relists'; readonly times: number }
  | { readonly kind: 'api-cut-off'; readonly lasts: Seconds }
  | {
      readonly kind: 'ledger-fails';
      readonly how: 'conflict' | 'refused' | 'unreachable' | 'unreachable-but-written' | 'unreadable';
      readonly lasts: Seconds;
    }
  | { readonly kind: 'ledger-damaged'; readonly how: 'deleted' | 'malformed' };

export type EvictionFault =
  | 'two-budgets'
  | 'forbidden'
  | 'failed'
  | 'timed-out'
  /** The answer was lost, and the pod is terminating all the same. */
  | 'timed-out-but-accepted';

/** What is no ordinary life of a cluster. */
export function isFault({ kind }: Operation): boolean {
  return ![
    'update',
    'delete',
    'create',
    'recreate',
    'start',
    'rush',
    'glimpse',
    'race',
    'restore',
    'remove',
    'finish',
    'stop',
  ].includes(kind);
}

/** An operation and how long it is until the next one. */
export type Step = { readonly operation: Operation; readonly pause: Seconds };
