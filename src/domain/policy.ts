/** The operator's choices that decisions depend on. */

import type { Duration } from './time.ts';

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
  /** Holders in these namespaces are only reported. */
  readonly protectedNamespaces: ReadonlySet<string>;
  /** Only these are watched and acted on; undefined: all. */
  readonly namespaces: ReadonlySet<string> | undefined;
  /** The daemon's own pod, where it runs in one. */
  readonly ownPod: { readonly namespace: string; readonly name: string } | undefined;
};
