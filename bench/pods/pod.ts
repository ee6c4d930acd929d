/** Pods as large and as varied as real ones, about 10 KB of JSON each, with marks where each gets its own numbers. */

import { managedFields } from './managed-fields.ts';
import { seeded } from './random.ts';
import { specOf } from './spec.ts';
import type { Random, Traits } from './traits.ts';
import { APPS, hex, timeOf } from './traits.ts';

/** Eight digits: in the name and the uid. */
export const SERIAL = '#SERIAL#';
/** Nine digits: the resource version. */
export const VERSION = '#VERSION#';

/** The pod of this index, always the same. Every fifth has the token volume. */
export function makePod(index: number): object {
  const random = seeded(index * 7919 + 17);
  for (let turn = 0; turn < 8; turn += 1) random();
  const app = APPS[Math.floor(random() * APPS.length)] ?? 'app';
  const count = 1 + Math.floor(random() * 2.4);
  const traits: Traits = {
    index,
    random,
    holds: index % 5 === 0,
    app,
    namespace: `team-${index % 40}`,
    containers: Array.from({ length: count }, (_, n) => (n === 0 ? 'main' : `sidecar-${n}`)),
  };
  return { metadata: metadataOf(traits), spec: specOf(traits), status: statusOf(traits) };
}

function metadataOf(traits: Traits): object {
  const { app, index, namespace, random } = traits;
  const set = `${app}-${hex(random, 10)}`;
  return {
    name: `${set}-${SERIAL}`,
    generateName: `${set}-`,
    namespace,
    uid: `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-9${hex(random, 3)}-${hex(random, 4)}${SERIAL}`,
    resourceVersion: VERSION,
    creationTimestamp: timeOf(random),
    labels: {
      app,
      'app.kubernetes.io/instance': set,
      'app.kubernetes.io/managed-by': 'Helm',
      'app.kubernetes.io/name': app,
      'app.kubernetes.io/version': `1.${index % 30}.${index % 7}`,
      'pod-template-hash': hex(random, 10),
      'team.example.com/cost-centre': `cc-${1000 + (index % 90)}`,
      ...(traits.holds ? { 'eks.amazonaws.com/pod-identity': 'enabled' } : {}),
    },
    annotations: {
      'checksum/config': hex(random, 64),
      'prometheus.io/path': '/metrics',
      'prometheus.io/port': '9090',
      'prometheus.io/scrape': 'true',
      'kubectl.kubernetes.io/restartedAt': timeOf(random),
      ...(index % 3 === 0 ? { 'example.com/note': note(random) } : {}),
    },
    ownerReferences: [
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        name: set,
        uid: `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-a${hex(random, 3)}-${hex(random, 12)}`,
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
    managedFields: managedFields(traits),
  };
}

function statusOf({ app, containers, index, random }: Traits): object {
  const at = timeOf(random);
  const condition = (type: string): object => ({
    type,
    status: 'True',
    lastProbeTime: null,
    lastTransitionTime: at,
  });
  return {
    phase: 'Running',
    conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(
      condition,
    ),
    hostIP: `10.${index % 16}.${index % 250}.7`,
    podIP: `10.${index % 16}.${index % 250}.99`,
    podIPs: [{ ip: `10.${index % 16}.${index % 250}.99` }],
    startTime: at,
    containerStatuses: containers.map((name) => ({
      name,
      state: { running: { startedAt: at } },
      lastState: {},
      ready: true,
      restartCount: 0,
      image: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/${app}/${name}:1.${index % 30}`,
      imageID: `123456789012.dkr.ecr.eu-central-1.amazonaws.com/${app}/${name}@sha256:${hex(random, 64)}`,
      containerID: `containerd://${hex(random, 64)}`,
      started: true,
    })),
    qosClass: 'Burstable',
  };
}

function note(random: Random): string {
  const words = Array.from({ length: 40 }, () => hex(random, 3 + Math.floor(random() * 6)));
  return `{"owner":"${words[0] ?? ''}@example.com","text":"${words.join(' ')} & more <b>"}`;
}
