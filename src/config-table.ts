/** The one table of settings: names, parsers, defaults, bounds and help. */

import type { Parser } from './config-parsers.ts';
import {
  address,
  duration,
  flag,
  labelName,
  matching,
  maybe,
  names,
  namespaceName,
  number,
  oneOf,
  podName,
  wholeNumber,
} from './config-parsers.ts';
import type { Mode } from './domain/report.ts';

export const PREFIX = 'REVOKER_';

export type Setting<T> = {
  readonly parse: Parser<T>;
  /** The text that is parsed when the setting is not given; undefined: see `required`. */
  readonly fallback: string | undefined;
  readonly required?: true;
  /** One or two sentences for --help and docs/configuration.md, with unit and bounds. */
  readonly help: string;
};

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
const CHOICES = ['report', 'evict'] as const;
const MODES = ['enforce', 'dry-run'] as const satisfies readonly Mode[];

/** Every setting, in the order in which documents and --help show them. */
export const SETTINGS = {
  REVOKER_CLUSTER_NAME: {
    parse: matching(/^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$/, 'the name of an EKS cluster, such as prod-blue'),
    fallback: undefined,
    required: true,
    help: 'The EKS cluster whose associations are watched: the one that this Kubernetes cluster is. Required.',
  },
  REVOKER_MODE: {
    parse: oneOf(MODES),
    fallback: 'enforce',
    help: '`enforce` evicts; `dry-run` does all but the eviction and reports what it would evict.',
  },
  REVOKER_POLL_INTERVAL: {
    parse: duration('100ms', '1h'),
    fallback: '30s',
    help: 'The time between two Lists of all associations. 100ms to 1h.',
  },
  REVOKER_SETTLE_TIME: {
    parse: duration('0s', '1h'),
    fallback: '15s',
    help: 'How long a confirmed end of a grant must last before the first eviction, so that deleting and recreating the same grant costs nobody a restart. 0s to 1h.',
  },
  REVOKER_CONSISTENCY_WINDOW: {
    parse: duration('0s', '1h'),
    fallback: '30s',
    help: 'How long after a change a new pod may still be handed the old grant. 0s to 1h.',
  },
  REVOKER_DESCRIBE_RATE: {
    parse: number(0.1, 100),
    fallback: '2',
    help: 'DescribePodIdentityAssociation requests a second at the most, for the grants and the changes in place that List does not tell. 0.1 to 100.',
  },
  REVOKER_CONFIRM_RATE: {
    parse: number(0.1, 1000),
    fallback: '20',
    help: 'Confirmations a second, each one List and up to one Describe request: what hints, revocations and evictions may ask of EKS together. 0.1 to 1000.',
  },
  REVOKER_DEADLINE: {
    parse: duration('1m', '24h'),
    fallback: '15m',
    help: 'How long after the end of a grant a holder that can not be evicted, or is slow to end, is left to itself: alerts count from here, and force is used so that it is gone by then. 1m to 24h.',
  },
  REVOKER_FORCE: {
    parse: flag,
    fallback: 'false',
    help: '`true`: at the deadline, less its grace, a holder that was asked to go in vain is deleted past every PodDisruptionBudget, with its uid as precondition. `false`: it stays blocked, and alerts fire.',
  },
  REVOKER_MAX_GRACE_PERIOD: {
    parse: maybe(duration('1s', '24h')),
    fallback: '',
    help: 'The longest that an evicted pod is given to end. Empty: as long as the pod itself asks for. 1s to 24h.',
  },
  REVOKER_CREDENTIAL_LIFE: {
    parse: duration('1h', '48h'),
    fallback: '6h',
    help: 'How long issued credentials can be used at the most (59 minutes with a target role): ended grants are remembered for so long, and a holder that outlived it is shown as expired. 1h to 48h.',
  },
  REVOKER_ON_UNKNOWN_HISTORY: {
    parse: oneOf(CHOICES),
    fallback: 'report',
    help: 'What becomes of a holder of which neither readings nor CloudTrail can tell what it was given before the last change: `report` shows it as undecided, `evict` evicts it, 45 minutes after the change at the latest.',
  },
  REVOKER_ON_MISSED: {
    parse: oneOf(CHOICES),
    fallback: 'report',
    help: 'What becomes of a pod without the token volume whose identity has an association: `report` counts it, `evict` has its owner replace it, once for each revision of the owner that does not get the volume either.',
  },
  REVOKER_QUEUE_URL: {
    parse: maybe(matching(/^https?:\/\/[^\s/]+\/\S+$/, 'the URL of an SQS queue')),
    fallback: '',
    help: 'The SQS queue that an EventBridge rule feeds with CloudTrail events of EKS. Empty: CloudTrail is asked every minute instead of every 20 minutes, which is slower.',
  },
  REVOKER_TRAIL_LOOKBACK: {
    parse: duration('0s', '48h'),
    fallback: '6h',
    help: 'How far back CloudTrail is asked at the start for what happened meanwhile, where the ledger does not know how far it was told already: as long as credentials live. 0s to 48h.',
  },
  REVOKER_EVICTION_RATE: {
    parse: number(0.1, 10_000),
    fallback: '10',
    help: 'Evictions a second in the long run. 0.1 to 10000.',
  },
  REVOKER_EVICTION_BURST: {
    parse: wholeNumber(1, 100_000),
    fallback: '20',
    help: 'Evictions at once after a quiet time. A whole number, 1 to 100000.',
  },
  REVOKER_EVICTION_CONCURRENCY: {
    parse: wholeNumber(1, 1000),
    fallback: '16',
    help: 'Evictions in flight at once. A whole number, 1 to 1000.',
  },
  REVOKER_EVICTIONS_PER_NAMESPACE: {
    parse: maybe(wholeNumber(1, 1_000_000)),
    fallback: '',
    help: 'Evictions in any one minute in one namespace at the most. Empty: as many as the rate allows. A whole number, 1 to 1000000.',
  },
  REVOKER_EVICTIONS_PER_IDENTITY: {
    parse: maybe(wholeNumber(1, 1_000_000)),
    fallback: '',
    help: 'Evictions in any one minute of one identity at the most. Empty: as many as the rate allows. A whole number, 1 to 1000000.',
  },
  REVOKER_MASS_END_PERCENT: {
    parse: wholeNumber(0, 100),
    fallback: '25',
    help: 'More than this share of the known identities without a grant, with no record of CloudTrail saying that it was ended, engages the brake mass-end. A whole number, 0 to 100.',
  },
  REVOKER_MASS_END_MINIMUM: {
    parse: wholeNumber(0, 5000),
    fallback: '5',
    help: 'So many identities may always end without engaging the brake mass-end. A whole number, 0 to 5000.',
  },
  REVOKER_CLUSTER_ISSUER: {
    parse: maybe(matching(/^https:\/\/[^\s/]+(?:\/\S*)?$/, 'the https URL of an OIDC issuer')),
    fallback: '',
    help: "The OIDC issuer of the EKS cluster, for where DescribeCluster is not allowed: compared with the issuer of the daemon's own service account token. Empty: EKS is asked.",
  },
  REVOKER_PROTECTED_NAMESPACES: {
    parse: names(namespaceName, 'namespaces'),
    fallback: 'kube-system',
    help: 'Namespaces, separated by commas, whose pods are reported and never evicted. Empty: none.',
  },
  REVOKER_NAMESPACES: {
    parse: names(namespaceName, 'namespaces'),
    fallback: '',
    help: 'Namespaces, separated by commas: only these are watched and acted on. Empty: all.',
  },
  REVOKER_POD_LABELS: {
    parse: names(labelName, 'label names'),
    fallback: '',
    help: 'Names of pod labels, separated by commas, whose values are copied into reports.',
  },
  REVOKER_NAMESPACE: {
    parse: maybe(namespaceName),
    fallback: '',
    help: "The daemon's own namespace, from the downward API, where it keeps its ledger (the ConfigMap pod-identity-revoker-ledger). Empty, as outside a pod: nothing is remembered over a restart.",
  },
  REVOKER_POD_NAME: {
    parse: maybe(podName),
    fallback: '',
    help: "The daemon's own pod, from the downward API, so that it never evicts itself. Empty outside a pod.",
  },
  REVOKER_LISTEN: {
    parse: address,
    fallback: '0.0.0.0:8080',
    help: 'Address and port of /livez, /readyz and /metrics.',
  },
  REVOKER_STATUS_LISTEN: {
    parse: address,
    fallback: '127.0.0.1:8081',
    help: 'Address and port of the status API, which names pods, roles and people: keep it on loopback and reach it with kubectl port-forward.',
  },
  REVOKER_LOG_LEVEL: {
    parse: oneOf(LOG_LEVELS),
    fallback: 'info',
    help: `The least level that is logged: ${LOG_LEVELS.join(', ')}.`,
  },
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;
