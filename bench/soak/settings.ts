/** The settings of the soak: production's, with shorter times, so that much happens in half an hour. */

import type { Rules } from './oracle.ts';

/** The daemon's, and the name of its service account. */
export const OWN_NAMESPACE = 'pod-identity-revoker';

export const SETTINGS = {
  // The chart's, with what its default memory limit of 512 MiB leaves to the heap.
  NODE_OPTIONS: '--max-old-space-size=358 --max-semi-space-size=4',
  REVOKER_NAMESPACE: OWN_NAMESPACE,
  REVOKER_POLL_INTERVAL: '10s',
  REVOKER_SETTLE_TIME: '5s',
  REVOKER_CONSISTENCY_WINDOW: '10s',
  REVOKER_DESCRIBE_RATE: '10',
  REVOKER_DEADLINE: '1m',
  REVOKER_FORCE: 'true',
  REVOKER_CREDENTIAL_LIFE: '1h',
  // What ends here ends on purpose, faster than CloudTrail tells of it.
  REVOKER_MASS_END_MINIMUM: '5000',
  REVOKER_LISTEN: '127.0.0.1:0',
  REVOKER_STATUS_LISTEN: '127.0.0.1:0',
} as const satisfies Record<string, string>;

/** The same, for the oracle. */
export const RULES: Rules = {
  settleTime: 5000,
  consistencyWindow: 10_000,
  deadline: 60_000,
  grace: 10_000,
};

/**
 * So long a grant or its absence lasts at least. A grant that comes and goes between two readings is not known of
 * (docs/verdicts.md), and the weather may keep readings away for its longest fault and a hand-over.
 */
export const LEAST_STANDING_MS = 45_000;

/** How long a wire is bad, and the Kubernetes API is away from the steady replica, at the most. */
export const LONGEST_FAULT_MS = 15_000;
export const PARTITION_MS = 25_000;
