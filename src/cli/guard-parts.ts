/** The parts that decide whether this daemon may act: leadership, the proof of the cluster, operators' controls, brakes. */

import type { AssociationsDeps } from '../adapters/aws/associations.ts';
import { eksIssuer } from '../adapters/aws/cluster-issuer.ts';
import type { KubernetesClient } from '../adapters/kubernetes/client.ts';
import { serverIssuer, tokenIssuer, USUAL_TOKEN_FILE } from '../adapters/kubernetes/cluster-issuer.ts';
import { kubernetesControls } from '../adapters/kubernetes/controls.ts';
import { kubernetesLeadership } from '../adapters/kubernetes/lease.ts';
import type { Config } from '../config.ts';
import { Brakes } from '../controller/brakes.ts';
import { ControlWatch } from '../controller/control-watch.ts';
import type { Deps } from '../controller/deps.ts';
import { VIEW_LIMIT } from '../controller/freshness.ts';
import { ProofWatch } from '../controller/proof-watch.ts';
import { Reign } from '../controller/reign.ts';
import { known } from '../domain/reading.ts';
import { milliseconds } from '../domain/time.ts';
import type { Clock, Random } from '../ports/clock.ts';
import type { IssuerSource } from '../ports/cluster.ts';
import type { Controls } from '../ports/controls.ts';
import type { Leadership } from '../ports/leadership.ts';
import type { Pods } from '../ports/pods.ts';
import type { Reporter } from '../ports/reporter.ts';

export const LEDGER_NAME = 'pod-identity-revoker-ledger';
const LEASE_NAME = 'pod-identity-revoker';

export type GuardBasics = {
  readonly client: KubernetesClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly pods: Pods;
  readonly reporter: Reporter;
  readonly aws: AssociationsDeps;
};

export function buildGuards(
  config: Config,
  basics: GuardBasics,
  resources: AsyncDisposableStack,
): Pick<Deps, 'brakes' | 'reign'> {
  const { client, clock, reporter, pods } = basics;
  const reign = new Reign({ leadership: leadershipOf(config, basics), reporter });
  const issuers = { eks: eksSide(config, basics, resources), kubernetes: kubernetesSide(client, clock) };
  const brakes = new Brakes({
    clock,
    pods,
    reporter,
    reign,
    proof: new ProofWatch({ clock, issuers }),
    controls: new ControlWatch({ clock, reporter, controls: controlsOf(config, client, clock) }),
    massEnd: { minimum: config.massEndMinimum, percent: config.massEndPercent },
    listLimit: milliseconds(VIEW_LIMIT + 3 * config.pollInterval),
  });
  return { brakes, reign };
}

/** Outside a pod there are no replicas, and dry-run never acts: it must not take the lead from who does. */
function leadershipOf(
  { mode, ownPod }: Config,
  { client, clock, random }: GuardBasics,
): Leadership | undefined {
  if (mode === 'dry-run' || ownPod === undefined) return undefined;
  const { namespace, name: podName } = ownPod;
  return kubernetesLeadership(client, { clock, random }, { namespace, name: LEASE_NAME, podName });
}

function controlsOf({ ownNamespace }: Config, client: KubernetesClient, clock: Clock): Controls | undefined {
  if (ownNamespace === undefined) return undefined;
  return kubernetesControls(client, { namespace: ownNamespace, name: LEDGER_NAME, clock, person: '' });
}

function eksSide(
  { clusterIssuer }: Config,
  { aws, clock }: GuardBasics,
  resources: AsyncDisposableStack,
): IssuerSource {
  if (clusterIssuer === undefined) return resources.use(eksIssuer(aws));
  return { issuer: async () => known(clusterIssuer, clock.now()) };
}

/** In a pod its own token tells; outside, and where the token is not mounted, the API server does. */
function kubernetesSide(client: KubernetesClient, clock: Clock): IssuerSource {
  const [token, server] = [tokenIssuer(USUAL_TOKEN_FILE, clock), serverIssuer(client, clock)];
  return {
    issuer: async (signal) => {
      const own = await token.issuer(signal);
      return own.kind === 'known' ? own : server.issuer(signal);
    },
  };
}
