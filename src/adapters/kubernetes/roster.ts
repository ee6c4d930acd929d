/** Reads all pods of one identity, page by page, and how each comes by AWS credentials. */

import type { Identity } from '../../domain/identity.ts';
import { namespaceOf, serviceAccountOf } from '../../domain/identity.ts';
import type { Reading, UnknownReason } from '../../domain/reading.ts';
import { known, unknown } from '../../domain/reading.ts';
import type { Instant } from '../../domain/time.ts';
import type { RosterPod } from '../../domain/roster.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Rosters } from '../../ports/rosters.ts';
import type { KubernetesClient, NoAnswer } from './client.ts';
import { readAll } from './json-pages.ts';
import { field, list, text } from './json.ts';
import { projectAny } from './projection.ts';
import type { Refusal } from './refusal.ts';

export type RosterDeps = {
  readonly client: KubernetesClient;
  readonly clock: Clock;
  /** Labels that are copied into reports. */
  readonly labelNames: readonly string[];
};

const PAGE_SIZE = 250;

/** The audience of the token of IAM roles for service accounts. Source: amazon-eks-pod-identity-webhook. */
const IRSA_AUDIENCE = 'sts.amazonaws.com';

/** The labels in which DaemonSets and StatefulSets, and whatever follows them, name the revision of a pod. */
const REVISIONS = ['controller-revision-hash', 'pod-template-hash'];

export function kubernetesRosters({ client, clock, labelNames }: RosterDeps): Rosters {
  return {
    of: async (identity, signal): Promise<Reading<readonly RosterPod[]>> => {
      const at = clock.now();
      const found: RosterPod[] = [];
      const reply = await readAll(
        {
          client,
          path: `/api/v1/namespaces/${encodeURIComponent(namespaceOf(identity))}/pods`,
          fieldSelector: `spec.serviceAccountName=${serviceAccountOf(identity)}`,
          pageSize: PAGE_SIZE,
          found: (pod) => found.push(...rostered(pod, identity, labelNames)),
        },
        signal,
      );
      if (reply.kind !== 'listed')
        return unread(reply, `the pods of ${identity} (the verb list on pods)`, at);
      return known(
        found.toSorted((one, other) => (one.pod.uid < other.pod.uid ? -1 : 1)),
        at,
      );
    },
    find: async (namespace, name, signal): Promise<Reading<RosterPod | undefined>> => {
      const at = clock.now();
      const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
      const reply = await client.request({ verb: 'get', resource: 'pods', method: 'GET', path }, signal);
      if (reply.kind === 'refused' && reply.status === 404) return known(undefined, at);
      const what = `the pod ${namespace}/${name}`;
      if (reply.kind !== 'ok') return unread(reply, `${what} (the verb get on pods)`, at);
      const pod = readRostered(reply.body, labelNames);
      return pod === undefined ? unknown('malformed', `${what} can't be understood`, at) : known(pod, at);
    },
  };
}

function unread(reply: Refusal | NoAnswer, what: string, at: Instant): Reading<never> {
  if (reply.kind === 'no-answer') {
    const why: UnknownReason = reply.why === 'malformed' ? 'malformed' : 'unreachable';
    return unknown(why, `${what}: ${reply.detail}`, at);
  }
  const why: UnknownReason = reply.status === 403 ? 'denied' : reply.status === 429 ? 'throttled' : 'failed';
  return unknown(why, `${what}: ${reply.message}`, at);
}

/** A server that does not heed the selector must not lead us to the pods of others. */
function rostered(pod: unknown, identity: Identity, labelNames: readonly string[]): readonly RosterPod[] {
  const found = readRostered(pod, labelNames);
  return found?.pod.identity === identity ? [found] : [];
}

function readRostered(pod: unknown, labelNames: readonly string[]): RosterPod | undefined {
  const projected = projectAny(pod, labelNames);
  if (projected === undefined) return undefined;
  const isIrsa = !projected.carriesToken && hasIrsaToken(field(pod, 'spec'));
  const rest = {
    pod: projected.holder,
    isMirror: projected.holder.isMirror === true,
    revision: revisionOf(field(field(pod, 'metadata'), 'labels')),
  };
  if (projected.carriesToken) return { ...rest, access: 'pod-identity', roleArn: undefined };
  if (!isIrsa) return { ...rest, access: 'nothing', roleArn: undefined };
  return { ...rest, access: 'irsa', roleArn: irsaRole(field(pod, 'spec')) };
}

function revisionOf(labels: unknown): string | undefined {
  for (const name of REVISIONS) {
    const value = text(field(labels, name));
    if (value !== undefined) return value;
  }
  return undefined;
}

function hasIrsaToken(spec: unknown): boolean {
  return list(field(spec, 'volumes')).some((volume) =>
    list(field(field(volume, 'projected'), 'sources')).some(
      (source) => field(field(source, 'serviceAccountToken'), 'audience') === IRSA_AUDIENCE,
    ),
  );
}

/** The webhook writes it into the environment of each container. */
function irsaRole(spec: unknown): string | undefined {
  for (const container of list(field(spec, 'containers'))) {
    for (const variable of list(field(container, 'env'))) {
      if (field(variable, 'name') === 'AWS_ROLE_ARN') return text(field(variable, 'value'));
    }
  }
  return undefined;
}
