/** The parts of the daemon, built from its settings: ports filled with their adapters. */

import { Registry } from 'prom-client';
import { createAssociations } from '../adapters/aws/associations.ts';
import { createQueue } from '../adapters/aws/queue.ts';
import { Seen } from '../adapters/aws/seen.ts';
import { createTrail } from '../adapters/aws/trail.ts';
import { systemClock } from '../adapters/clock.ts';
import { KubernetesClient } from '../adapters/kubernetes/client.ts';
import type { KubernetesConnection } from '../adapters/kubernetes/connection.ts';
import { connect } from '../adapters/kubernetes/connection.ts';
import { CredentialsError, KubernetesConfigError } from '../adapters/kubernetes/connection-error.ts';
import { PodEvents } from '../adapters/kubernetes/events.ts';
import { kubernetesEvictor } from '../adapters/kubernetes/evictor.ts';
import { kubernetesLedgerStore } from '../adapters/kubernetes/ledger-store.ts';
import { kubernetesRosters } from '../adapters/kubernetes/roster.ts';
import { PodView } from '../adapters/kubernetes/pod-view.ts';
import { fanOut } from '../adapters/report/fan-out.ts';
import { createLogger, logReporter } from '../adapters/report/log.ts';
import type { Metrics } from '../adapters/report/metrics.ts';
import { createMetrics } from '../adapters/report/metrics.ts';
import type { Config } from '../config.ts';
import type { Deps } from '../controller/deps.ts';
import { Caps } from '../controller/caps.ts';
import { durationOf } from '../controller/estimate.ts';
import { Ledger } from '../controller/ledger.ts';
import { Pace } from '../controller/pace.ts';
import { Slots } from '../controller/slots.ts';
import type { Policy } from '../domain/policy.ts';
import type { Duration } from '../domain/time.ts';
import { after, milliseconds, minutes } from '../domain/time.ts';
import type { LedgerStore } from '../ports/ledger-store.ts';
import type { RecordChannel } from '../ports/channel.ts';
import type { Clock, Random } from '../ports/clock.ts';
import { buildGuards, LEDGER_NAME } from './guard-parts.ts';
import { DeploymentError } from './deployment-error.ts';
import { version } from './version.ts';

export type Basics = {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: ReturnType<typeof createLogger>;
  readonly registry: Registry;
  readonly metrics: Metrics;
};

export function buildBasics(config: Config): Basics {
  const clock = systemClock();
  const registry = new Registry();
  const isDryRun = config.mode === 'dry-run';
  if (isDryRun) registry.setDefaultLabels({ mode: config.mode });
  return {
    clock,
    random: Math.random,
    logger: createLogger({ level: config.logLevel, clock, isDryRun }),
    registry,
    metrics: createMetrics({
      registry,
      version: version(),
      settings: { deadline: config.deadline, 'poll-interval': config.pollInterval },
    }),
  };
}

export async function reachCluster(clock: Clock, signal: AbortSignal): Promise<KubernetesConnection> {
  try {
    return await connect({ clock, version: version() }, signal);
  } catch (error) {
    const isTheirs = error instanceof KubernetesConfigError || error instanceof CredentialsError;
    throw isTheirs ? new DeploymentError(error.message, { cause: error }) : error;
  }
}

/** Everything that the controller is given. What must be closed is put on `resources`. */
export function buildDeps(
  config: Config,
  basics: Basics,
  connection: KubernetesConnection,
  resources: AsyncDisposableStack,
): Deps {
  const { clock, random, logger, metrics } = basics;
  const { traffic } = metrics;
  const client = new KubernetesClient({ connection, clock, random, traffic });
  const instance = config.ownPod?.name ?? 'pod-identity-revoker';
  const ledger = new Ledger();
  const events = new PodEvents({ client, clock, random, instance });
  resources.use(running((signal) => events.run(signal)));
  const aws = { clusterName: config.clusterName, clock, traffic };
  const reporter = fanOut([logReporter(logger), metrics.reporter, events]);
  const pods = new PodView(
    { client, clock, random },
    { namespaces: config.namespaces ?? [], labelNames: config.podLabels },
  );
  const guards = buildGuards(config, { client, clock, random, pods, reporter, aws }, resources);
  const isPressing = (): boolean =>
    guards.brakes.states().some(({ brake, isEngaged }) => brake === 'mass-end' && isEngaged);
  return {
    clock,
    random,
    associations: resources.use(createAssociations(aws)),
    pods,
    rosters: kubernetesRosters({ client, clock, labelNames: config.podLabels }),
    evictor: kubernetesEvictor(client, instance),
    reporter,
    ledger,
    ledgerStore: ledgerStoreOf(config, basics, client),
    channels: channelsOf(config, { ...basics, ledger, isPressing }, resources),
    ...confirmationPaces(clock, config.confirmRate),
    ...limitsOf(config, clock),
    ...guards,
    ownIdentity: undefined,
    policy: policyOf(config),
    mode: config.mode,
    longestGap: longestGap(config.pollInterval),
  };
}

function limitsOf(config: Config, clock: Clock): Pick<Deps, 'pace' | 'caps' | 'slots' | 'estimate'> {
  const { evictionRate: rate, evictionBurst: burst } = config;
  const { evictionsPerNamespace: perNamespace, evictionsPerIdentity: perIdentity } = config;
  return {
    pace: new Pace(clock, { rate, burst }),
    caps: new Caps(clock, { perNamespace, perIdentity }),
    slots: new Slots(config.evictionConcurrency),
    estimate: (count) => durationOf(count, { rate, burst, perMinute: [perNamespace, perIdentity] }),
  };
}

function policyOf(config: Config): Policy {
  return {
    settleTime: config.settleTime,
    consistencyWindow: config.consistencyWindow,
    protectedNamespaces: new Set(config.protectedNamespaces),
    namespaces: config.namespaces === undefined ? undefined : new Set(config.namespaces),
    ownPod: config.ownPod,
    deadline: config.deadline,
    force: config.force,
    maxGracePeriod: config.maxGracePeriod,
    credentialLife: config.credentialLife,
    onUnknownHistory: config.onUnknownHistory,
    onMissed: config.onMissed,
  };
}

/** Outside a pod there is no namespace of its own to keep anything in. */
function ledgerStoreOf(
  { ownNamespace }: Config,
  { clock }: Basics,
  client: KubernetesClient,
): LedgerStore | undefined {
  if (ownNamespace === undefined) return undefined;
  return kubernetesLedgerStore(client, { namespace: ownNamespace, name: LEDGER_NAME, clock });
}

/** Three polls, or two minutes: a List that fails once or twice has missed nothing that the next does not show. */
function longestGap(pollInterval: Duration): Duration {
  return milliseconds(Math.max(3 * pollInterval, minutes(2)));
}

/** Without a queue CloudTrail is the channel. */
const TRAIL_INTERVAL = minutes(1);

/** With one it tells the past that the queue may have lost, and vouches for what a brake holds. */
const TRAIL_BESIDE_QUEUE = minutes(20);

type ChannelBasics = Basics & {
  readonly ledger: Ledger;
  /** Somebody waits for what CloudTrail says. */
  readonly isPressing: () => boolean;
};

/** Dry-run reads no message: it would be taken from an enforcing daemon. */
function channelsOf(
  config: Config,
  { clock, random, metrics, ledger, isPressing }: ChannelBasics,
  resources: AsyncDisposableStack,
): readonly RecordChannel[] {
  const { clusterName, mode } = config;
  const queueUrl = mode === 'dry-run' ? undefined : config.queueUrl;
  const shared = { clusterName, place: () => ledger.place, seen: new Seen(), clock, random };
  const { traffic } = metrics;
  const trail = createTrail({
    ...shared,
    traffic,
    lookback: config.trailLookback,
    toldUntil: () => ledger.coverage?.until,
    interval: TRAIL_INTERVAL,
    isWanted: (lastAt) =>
      queueUrl === undefined || isPressing() || clock.now() >= after(lastAt, TRAIL_BESIDE_QUEUE),
  });
  resources.use(trail);
  if (queueUrl === undefined) return [trail];
  return [trail, resources.use(createQueue({ ...shared, traffic, queueUrl }))];
}

/** Hints get a quarter of the confirmations in the long run, and a burst of what two seconds allow. */
function confirmationPaces(clock: Clock, rate: number): Pick<Deps, 'confirmPace' | 'lookPace'> {
  const burst = Math.max(1, 2 * rate);
  return {
    confirmPace: new Pace(clock, { rate, burst }),
    lookPace: new Pace(clock, { rate: rate / 4, burst }),
  };
}

/** Work in the background that ends when it is disposed of; its failure comes out then. */
function running(work: (signal: AbortSignal) => Promise<void>): AsyncDisposable {
  const ending = new AbortController();
  const done = work(ending.signal);
  done.catch(() => {});
  return {
    [Symbol.asyncDispose]: async () => {
      ending.abort(new Error('the daemon ends'));
      await done;
    },
  };
}
