/** Every metric of the daemon in one table, from which they are made and their document is tested. */

export const METRIC_PREFIX = 'pod_identity_revoker_';

export type Metric = {
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** Ends with "Labeled by ..." where there are labels. */
  readonly help: string;
  readonly labels: readonly string[];
  /** `stable`: name, labels and meaning change only with a new major version. */
  readonly stability: 'stable' | 'beta' | 'alpha';
  /** Upper bounds of a histogram. */
  readonly buckets?: readonly number[];
};

/**
 * Seconds, 1 s to 6 h. Dense from 15 s to 2 min, where a healthy daemon lies (poll interval + settle time +
 * eviction); then the deadline (15 min), and the two lifetimes of credentials after which revoking gained
 * nothing: 1 h with a target role, 6 h without.
 */
const CONTAINMENT_BUCKETS = [
  1, 2, 5, 10, 15, 30, 45, 60, 90, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600,
];

/**
 * Seconds, 0.25 s to 1 h: EventBridge delivers within seconds as a rule, CloudTrail's LookupEvents within 5 to
 * 15 minutes, and what takes an hour was away.
 */
const LAG_BUCKETS = [0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1_800, 3_600];

/** The settings that alerts compare times with, by the label that they have there. */
export const TOLD_SETTINGS = ['deadline', 'poll-interval'] as const;
export type ToldSetting = (typeof TOLD_SETTINGS)[number];

/** By name without the prefix. */
export const METRICS = {
  exposed_pods: {
    kind: 'gauge',
    help: 'Holders that are or may be stale right now. Labeled by state.',
    labels: ['state'],
    stability: 'stable',
  },
  oldest_exposure_seconds: {
    kind: 'gauge',
    help: 'How long the holder that has been exposed longest has outlived its grant; 0 where there is none. Labeled by state.',
    labels: ['state'],
    stability: 'stable',
  },
  revocations_total: {
    kind: 'counter',
    help: 'Revocations that were confirmed. Labeled by cause.',
    labels: ['cause'],
    stability: 'stable',
  },
  evictions_total: {
    kind: 'counter',
    help: 'Answers of the Kubernetes API to evictions, one for each try. Labeled by outcome.',
    labels: ['outcome'],
    stability: 'stable',
  },
  forced_total: {
    kind: 'counter',
    help: 'Answers of the Kubernetes API to deletions by force, which are counted among the evictions too. Labeled by outcome.',
    labels: ['outcome'],
    stability: 'stable',
  },
  brake_engaged: {
    kind: 'gauge',
    help: 'Whether the brake is engaged, so that nobody is evicted (mass-end: none of those that nobody vouches for). Labeled by brake.',
    labels: ['brake'],
    stability: 'stable',
  },
  leader: {
    kind: 'gauge',
    help: 'Whether this replica acts: 1, or 0 on a standby.',
    labels: [],
    stability: 'stable',
  },
  own_grant_ended: {
    kind: 'gauge',
    help: 'Whether the association of the daemon itself is gone, so that it works only until its credentials expire.',
    labels: [],
    stability: 'stable',
  },
  verdicts: {
    kind: 'gauge',
    help: 'Holders by their latest verdict. Labeled by verdict and reason.',
    labels: ['verdict', 'reason'],
    stability: 'beta',
  },
  detection_seconds: {
    kind: 'histogram',
    help: 'From the end of the grant to the first suspicion, of confirmed revocations whose end is known. Labeled by source.',
    labels: ['source'],
    stability: 'stable',
    buckets: CONTAINMENT_BUCKETS,
  },
  eviction_seconds: {
    kind: 'histogram',
    help: 'From the end of the grant to each accepted eviction, where the end is known.',
    labels: [],
    stability: 'stable',
    buckets: CONTAINMENT_BUCKETS,
  },
  containment_seconds: {
    kind: 'histogram',
    help: 'From the end of the grant to the last stale holder being gone, of revocations that had stale holders and whose end is known.',
    labels: [],
    stability: 'stable',
    buckets: CONTAINMENT_BUCKETS,
  },
  reading_age_seconds: {
    kind: 'gauge',
    help: 'Age of the latest known reading, or time since the start where there has been none. Labeled by source.',
    labels: ['source'],
    stability: 'stable',
  },
  associations: {
    kind: 'gauge',
    help: 'Associations in the latest known list; absent until there is one.',
    labels: [],
    stability: 'stable',
  },
  holders: {
    kind: 'gauge',
    help: 'Pods that can obtain the credentials of their identity.',
    labels: [],
    stability: 'stable',
  },
  unreadable_pods: {
    kind: 'gauge',
    help: 'Pods with the token volume that lack a fact without which they cannot be judged.',
    labels: [],
    stability: 'beta',
  },
  missed_pods: {
    kind: 'gauge',
    help: 'Pods without the token volume whose identity has an association, as they were last asked for. Labeled by reason.',
    labels: ['reason'],
    stability: 'beta',
  },
  successions_total: {
    kind: 'counter',
    help: 'Evicted holders with an owner, by what their replacement was given (none: there was no replacement). Labeled by access.',
    labels: ['access'],
    stability: 'beta',
  },
  aws_requests_total: {
    kind: 'counter',
    help: 'Attempts on the wire to AWS; code is the HTTP status, or none without an answer. Labeled by service, operation and code.',
    labels: ['service', 'operation', 'code'],
    stability: 'stable',
  },
  kubernetes_requests_total: {
    kind: 'counter',
    help: 'Attempts on the wire to the Kubernetes API; code is the HTTP status, or none without an answer. Labeled by verb, resource and code.',
    labels: ['verb', 'resource', 'code'],
    stability: 'stable',
  },
  hints_total: {
    kind: 'counter',
    help: 'Hints heard, by what became of them. Labeled by source and result.',
    labels: ['source', 'result'],
    stability: 'stable',
  },
  queue_messages_total: {
    kind: 'counter',
    help: 'Messages of the queue: a hint, or why they are none. Labeled by result.',
    labels: ['result'],
    stability: 'stable',
  },
  trail_records_total: {
    kind: 'counter',
    help: 'Records that LookupEvents gave: a hint, or why they are none. Labeled by result.',
    labels: ['result'],
    stability: 'stable',
  },
  queue_lag_seconds: {
    kind: 'histogram',
    help: 'From an event to its message being received from the queue.',
    labels: [],
    stability: 'stable',
    buckets: LAG_BUCKETS,
  },
  trail_lag_seconds: {
    kind: 'histogram',
    help: 'From an event to its record being found by LookupEvents.',
    labels: [],
    stability: 'stable',
    buckets: LAG_BUCKETS,
  },
  last_event_timestamp_seconds: {
    kind: 'gauge',
    help: 'Unix time of the latest event that the channel told of; absent until there is one. Labeled by source.',
    labels: ['source'],
    stability: 'stable',
  },
  silence_seconds: {
    kind: 'gauge',
    help: 'Time since the channel told of anything, or since the start where it never did. Labeled by source.',
    labels: ['source'],
    stability: 'stable',
  },
  channel_age_seconds: {
    kind: 'gauge',
    help: 'Time since the channel could be asked, or since the start where it never could. Labeled by source.',
    labels: ['source'],
    stability: 'stable',
  },
  setting_seconds: {
    kind: 'gauge',
    help: 'The durations that the daemon was set to and that alerts compare times with. Labeled by setting.',
    labels: ['setting'],
    stability: 'stable',
  },
  bugs_total: {
    kind: 'counter',
    help: 'Faults of the daemon itself; each has an error in the log.',
    labels: [],
    stability: 'stable',
  },
  build_info: {
    kind: 'gauge',
    help: 'Always 1. Labeled by version.',
    labels: ['version'],
    stability: 'stable',
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof METRICS;
