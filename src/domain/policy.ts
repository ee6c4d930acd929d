/** The operator's choices that decisions depend on. */

import type { Duration } from './time.ts';

export type OwnPod = {
  readonly namespace: string;
  readonly name: string;
  /** Its Deployment, as far as it is known: none of its pods is ever touched. */
  readonly deployment?: string;
};

export type Policy = {
  /** How long a confirmed end must last before the first eviction. */
  readonly settleTime: Duration;
  /** How long after a change a new pod may still be handed the old grant. */
  readonly consistencyWindow: Duration;
  /** How long issued credentials can be used at the most, where no target role shortens it. */
  readonly credentialLife: Duration;
  /** What becomes of a holder of which nobody can tell what it was given. */
  readonly onUnknownHistory: 'report' | 'evict';
  /** What becomes of a pod that was not given the token volume although its identity has an association. */
  readonly onMissed: 'report' | 'evict';
  /** How long after the end of a grant a holder that can't be evicted, or is slow to end, is left to itself. */
  readonly deadline: Duration;
  /** Then it is deleted past every budget. */
  readonly force: boolean;
  /** The longest that an evicted pod is given to end; undefined: as long as it asks for. */
  readonly maxGracePeriod: Duration | undefined;
  /** Holders in these namespaces are only reported. */
  readonly protectedNamespaces: ReadonlySet<string>;
  /** Only these are watched and acted on; undefined: all. */
  readonly namespaces: ReadonlySet<string> | undefined;
  /** The daemon's own pod, where it runs in one. */
  readonly ownPod: OwnPod | undefined;
};
