/** The settings: the one table of names, parsers, defaults and help, and the relations between them. */

import type { Address, Parsed, Parser } from './config-parsers.ts';
import {
  address,
  duration,
  labelName,
  matching,
  names,
  namespaceName,
  number,
  oneOf,
  optional,
  podName,
  wholeNumber,
} from './config-parsers.ts';
import type { Mode } from './domain/report.ts';
import type { Duration } from './domain/time.ts';

export const PREFIX = 'REVOKER_';

type Setting<T> = {
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
    parse: optional(matching(/^https?:\/\/[^\s/]+\/\S+$/, 'the URL of an SQS queue')),
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
    parse: optional(namespaceName),
    fallback: '',
    help: "The daemon's own namespace, from the downward API, where it keeps its ledger (the ConfigMap pod-identity-revoker-ledger). Empty, as outside a pod: nothing is remembered over a restart.",
  },
  REVOKER_POD_NAME: {
    parse: optional(podName),
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

/** The parsed settings by their names. */
type Values = {
  readonly [Name in SettingName]: (typeof SETTINGS)[Name]['parse'] extends Parser<infer T> ? T : never;
};

export type Config = {
  readonly clusterName: string;
  readonly mode: Mode;
  readonly pollInterval: Duration;
  readonly settleTime: Duration;
  readonly consistencyWindow: Duration;
  readonly describeRate: number;
  readonly credentialLife: Duration;
  readonly onUnknownHistory: 'report' | 'evict';
  readonly onMissed: 'report' | 'evict';
  readonly confirmRate: number;
  /** Undefined: there is no queue. */
  readonly queueUrl: string | undefined;
  readonly trailLookback: Duration;
  readonly evictionRate: number;
  readonly evictionBurst: number;
  readonly protectedNamespaces: readonly string[];
  /** Undefined: all. */
  readonly namespaces: readonly string[] | undefined;
  readonly podLabels: readonly string[];
  /** Where the ledger is kept; undefined: nowhere. */
  readonly ownNamespace: string | undefined;
  readonly ownPod: { readonly namespace: string; readonly name: string } | undefined;
  readonly listen: Address;
  readonly statusListen: Address;
  readonly logLevel: LogLevel;
};

/** The settings are wrong. `problems` has a line for each, beginning with the setting's name. Exit code 2. */
export class ConfigError extends Error {
  readonly code = 'CONFIG_INVALID';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `the configuration has ${problems.length} problem(s):\n${problems.map((line) => `  ${line}`).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** Parses the environment. Throws a ConfigError that lists every problem, not only the first. */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const problems = unknownSettings(environment);
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const parsed = read(setting, environment[name]);
    if ('problem' in parsed) problems.push(`${name}: ${parsed.problem}`);
    else values[name] = parsed.value;
  }
  if (problems.length > 0) throw new ConfigError(problems);
  const parsed = values as Values;
  const contradictions = relations(parsed);
  if (contradictions.length > 0) throw new ConfigError(contradictions);
  return configOf(parsed);
}

function read(setting: Setting<unknown>, given: string | undefined): Parsed<unknown> {
  const text = given ?? setting.fallback;
  if (text === undefined || (text === '' && setting.required)) return { problem: 'is required and not set' };
  return setting.parse(text);
}

/** What Kubernetes puts into the environment of a pod for a Service that happens to be named revoker-something. */
const SERVICE_LINK = /_SERVICE_(?:HOST|PORT(?:_[A-Z0-9_]+)?)$|_PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_[A-Z]+)?)?$/;

function unknownSettings(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith(PREFIX) && !Object.hasOwn(SETTINGS, name) && !SERVICE_LINK.test(name))
    .toSorted()
    .map((name) => `${name}: there is no such setting (--help lists them all)`);
}

function configOf(values: Values): Config {
  const namespace = values.REVOKER_NAMESPACE;
  const name = values.REVOKER_POD_NAME;
  return {
    clusterName: values.REVOKER_CLUSTER_NAME,
    mode: values.REVOKER_MODE,
    pollInterval: values.REVOKER_POLL_INTERVAL,
    settleTime: values.REVOKER_SETTLE_TIME,
    consistencyWindow: values.REVOKER_CONSISTENCY_WINDOW,
    describeRate: values.REVOKER_DESCRIBE_RATE,
    credentialLife: values.REVOKER_CREDENTIAL_LIFE,
    onUnknownHistory: values.REVOKER_ON_UNKNOWN_HISTORY,
    onMissed: values.REVOKER_ON_MISSED,
    confirmRate: values.REVOKER_CONFIRM_RATE,
    queueUrl: values.REVOKER_QUEUE_URL,
    trailLookback: values.REVOKER_TRAIL_LOOKBACK,
    evictionRate: values.REVOKER_EVICTION_RATE,
    evictionBurst: values.REVOKER_EVICTION_BURST,
    protectedNamespaces: values.REVOKER_PROTECTED_NAMESPACES,
    namespaces: values.REVOKER_NAMESPACES.length === 0 ? undefined : values.REVOKER_NAMESPACES,
    podLabels: values.REVOKER_POD_LABELS,
    ownNamespace: namespace,
    ownPod: namespace === undefined || name === undefined ? undefined : { namespace, name },
    listen: values.REVOKER_LISTEN,
    statusListen: values.REVOKER_STATUS_LISTEN,
    logLevel: values.REVOKER_LOG_LEVEL,
  };
}

/** What single settings can't show: settings that contradict each other. */
function relations(values: Values): readonly string[] {
  const problems: string[] = [];
  if (values.REVOKER_POD_NAME !== undefined && values.REVOKER_NAMESPACE === undefined) {
    problems.push('REVOKER_POD_NAME: needs REVOKER_NAMESPACE too: a pod is named by both');
  }
  const [main, status] = [values.REVOKER_LISTEN, values.REVOKER_STATUS_LISTEN];
  if (main.port !== 0 && main.port === status.port) {
    problems.push('REVOKER_STATUS_LISTEN: has the same port as REVOKER_LISTEN: the status API needs its own');
  }
  return problems;
}
