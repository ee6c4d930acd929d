/** The settings as values: parsing, the relations between them, and what is wrong with them. */

import type { Address, Parsed, Parser } from './config-parsers.ts';
import type { LogLevel, Setting, SettingName } from './config-table.ts';
import { PREFIX, SETTINGS } from './config-table.ts';
import type { Mode } from './domain/report.ts';
import type { Duration } from './domain/time.ts';

export type { LogLevel, SettingName } from './config-table.ts';
export { LOG_LEVELS, PREFIX, SETTINGS } from './config-table.ts';

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
  readonly deadline: Duration;
  readonly force: boolean;
  /** Undefined: a pod's own grace is honoured. */
  readonly maxGracePeriod: Duration | undefined;
  readonly credentialLife: Duration;
  readonly onUnknownHistory: 'report' | 'evict';
  readonly onMissed: 'report' | 'evict';
  readonly confirmRate: number;
  /** Undefined: there is no queue. */
  readonly queueUrl: string | undefined;
  readonly trailLookback: Duration;
  readonly evictionRate: number;
  readonly evictionBurst: number;
  readonly evictionConcurrency: number;
  readonly evictionsPerNamespace: number | undefined;
  readonly evictionsPerIdentity: number | undefined;
  readonly massEndPercent: number;
  readonly massEndMinimum: number;
  /** Undefined: EKS is asked. */
  readonly clusterIssuer: string | undefined;
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
    deadline: values.REVOKER_DEADLINE,
    force: values.REVOKER_FORCE,
    maxGracePeriod: values.REVOKER_MAX_GRACE_PERIOD,
    credentialLife: values.REVOKER_CREDENTIAL_LIFE,
    onUnknownHistory: values.REVOKER_ON_UNKNOWN_HISTORY,
    onMissed: values.REVOKER_ON_MISSED,
    confirmRate: values.REVOKER_CONFIRM_RATE,
    queueUrl: values.REVOKER_QUEUE_URL,
    trailLookback: values.REVOKER_TRAIL_LOOKBACK,
    evictionRate: values.REVOKER_EVICTION_RATE,
    evictionBurst: values.REVOKER_EVICTION_BURST,
    evictionConcurrency: values.REVOKER_EVICTION_CONCURRENCY,
    evictionsPerNamespace: values.REVOKER_EVICTIONS_PER_NAMESPACE,
    evictionsPerIdentity: values.REVOKER_EVICTIONS_PER_IDENTITY,
    massEndPercent: values.REVOKER_MASS_END_PERCENT,
    massEndMinimum: values.REVOKER_MASS_END_MINIMUM,
    clusterIssuer: values.REVOKER_CLUSTER_ISSUER,
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
  const {
    REVOKER_SETTLE_TIME: settle,
    REVOKER_CONSISTENCY_WINDOW: window,
    REVOKER_DEADLINE: deadline,
  } = values;
  if (deadline <= settle + window) {
    problems.push(
      'REVOKER_DEADLINE: must be longer than REVOKER_SETTLE_TIME and REVOKER_CONSISTENCY_WINDOW together',
    );
  }
  const [main, status] = [values.REVOKER_LISTEN, values.REVOKER_STATUS_LISTEN];
  if (main.port !== 0 && main.port === status.port) {
    problems.push('REVOKER_STATUS_LISTEN: has the same port as REVOKER_LISTEN: the status API needs its own');
  }
  return problems;
}
