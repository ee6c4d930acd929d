/** Odd pods, as far as the API's types allow them: missing and empty fields, decoys of the audience, strange texts. */

import * as fc from 'fast-check';

const AUDIENCE = 'pods.eks.amazonaws.com';
const MIRROR = 'kubernetes.io/config.mirror';

const strange = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom(
    AUDIENCE,
    `http://${AUDIENCE}/x`,
    '},{"metadata":{"name":"decoy"',
    '"resourceVersion":"999999"',
    `{"audience":"${AUDIENCE}"}`,
    'a && b <c> \u2028 \\u002e \\',
    '__proto__',
    MIRROR,
    '😀 é',
    'x'.repeat(20_000),
  ),
);
const name = fc.oneof(
  { weight: 4, arbitrary: fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/) },
  { weight: 1, arbitrary: fc.constantFrom('', 'a/b', AUDIENCE) },
);
const time = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .integer({ min: 0, max: 4_000_000_000 })
      .map((seconds) => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')),
  },
  { weight: 1, arbitrary: fc.constant(null) },
);
const texts = fc.dictionary(strange, strange, { maxKeys: 3 });

const owner = fc.record(
  {
    apiVersion: fc.constant('apps/v1'),
    kind: name,
    name,
    uid: name,
    controller: fc.boolean(),
    blockOwnerDeletion: fc.boolean(),
  },
  { requiredKeys: [] },
);

const token = fc.record(
  {
    audience: fc.oneof(
      fc.constant(AUDIENCE),
      fc.constantFrom('', 'sts.amazonaws.com', `${AUDIENCE}x`),
      strange,
    ),
    expirationSeconds: fc.integer({ min: 600, max: 90_000 }),
    path: strange,
  },
  { requiredKeys: [] },
);
const source = fc.oneof(
  fc.record({ serviceAccountToken: token }),
  fc.record({ serviceAccountToken: token }),
  fc.record({ configMap: fc.record({ name: strange }) }),
  fc.record({ secret: fc.record({ name: fc.constant(AUDIENCE) }) }),
  fc.constant({}),
);
const volume = fc.oneof(
  fc.record({ name, projected: fc.record({ sources: fc.array(source, { maxLength: 3 }) }) }),
  fc.record({ name, configMap: fc.record({ name: strange }) }),
  fc.record({ name, hostPath: fc.record({ path: strange }) }),
  fc.record({ name, emptyDir: fc.constant({}) }),
  fc.record({ name, projected: fc.constant({}) }),
);

const container = fc.record({
  name,
  image: strange,
  env: fc.array(fc.record({ name: strange, value: strange }), { maxLength: 3 }),
});

/** Without a uid: pods of one list differ in that. */
const oddPod = fc.record(
  {
    metadata: fc.record(
      {
        name,
        namespace: name,
        creationTimestamp: time,
        deletionTimestamp: time,
        labels: texts,
        annotations: fc.oneof(
          texts,
          texts.map((some) => ({ ...some, [MIRROR]: 'hash' })),
        ),
        finalizers: fc.array(fc.oneof(name, strange), { maxLength: 3 }),
        ownerReferences: fc.array(owner, { maxLength: 3 }),
        managedFields: fc.constant([{ manager: 'kubelet', fieldsV1: { 'f:status': {} } }]),
      },
      { requiredKeys: [] },
    ),
    spec: fc.record(
      {
        volumes: fc.array(volume, { maxLength: 4 }),
        containers: fc.array(container, { maxLength: 2 }),
        serviceAccountName: name,
        serviceAccount: name,
        nodeName: name,
        terminationGracePeriodSeconds: fc.oneof(
          fc.constantFrom(0, 30, -1, 2 ** 31),
          fc.integer({ min: 0, max: 100_000 }),
        ),
      },
      { requiredKeys: [] },
    ),
    status: fc.record(
      { phase: fc.constantFrom('Running', 'Failed', 'Succeeded', 'Pending', ''), message: strange },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ['metadata', 'spec'] },
);

export type OddPod = { readonly metadata: { readonly uid: string }; readonly spec: object };

const COMPLETE = { namespace: 'team-a', creationTimestamp: '2026-01-05T11:00:00Z' };

/** Every other pod has all that a holder needs, whatever else it is. */
export const oddPods: fc.Arbitrary<readonly OddPod[]> = fc
  .array(fc.tuple(oddPod, fc.boolean()), { maxLength: 6 })
  .map((pods) =>
    pods.map(([pod, isComplete], index) => ({
      ...pod,
      metadata: {
        ...pod.metadata,
        ...(isComplete ? { ...COMPLETE, name: `pod-${index}` } : {}),
        uid: `uid-${index}`,
        resourceVersion: String(100 + index),
      },
      spec: { ...pod.spec, ...(isComplete ? { serviceAccountName: 'etl' } : {}) },
    })),
  );
