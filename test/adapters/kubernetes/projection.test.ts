/** What is taken from a pod: the holders, all of them and nobody else, and no crash for any input. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { project } from '../../../src/adapters/kubernetes/projection.ts';
import { microTime, parseTime, wholeSecondTime } from '../../../src/adapters/kubernetes/rfc3339.ts';
import type { Duration } from '../../../src/domain/time.ts';
import { instant, minutes, seconds } from '../../../src/domain/time.ts';
import { holderOf, rawPod, TOKEN_VOLUME } from './support.ts';

const kindOf = (pod: unknown): string => project(pod, []).kind;
const token = (audience: unknown): object => ({ serviceAccountToken: { audience, path: 'token' } });
const why = (pod: unknown): string => {
  const projection = project(pod, []);
  return projection.kind === 'unreadable' ? projection.pod.why : projection.kind;
};
const projected = (...sources: unknown[]): object => ({ name: 'any', projected: { sources } });
const withVolumes = (volumes: unknown): object => rawPod({ spec: { volumes } });

test('the facts of a holder', () => {
  const pod = rawPod({
    metadata: {
      deletionTimestamp: '2026-01-05T12:00:30Z',
      labels: { app: 'etl', team: 'data', other: 'x' },
      ownerReferences: [
        { kind: 'Node', name: 'n', uid: 'u1' },
        { kind: 'StatefulSet', name: 'etl', uid: 'u2', controller: true },
      ],
    },
    spec: { nodeName: 'node-1' },
    status: { phase: 'Succeeded' },
  });
  assert.deepEqual(project(pod, ['team', 'app', 'missing', '__proto__']), {
    kind: 'holder',
    holder: holderOf({
      terminating: instant(Date.UTC(2026, 0, 5, 12, 0, 30)),
      finished: true,
      node: 'node-1',
      owner: { kind: 'StatefulSet', name: 'etl', uid: 'u2' },
      labels: { team: 'data', app: 'etl' },
    }),
  });
  assert.deepEqual(project(rawPod(), []), { kind: 'holder', holder: holderOf() });
});

const withMetadata = (metadata: object): unknown => project(rawPod({ metadata }), []);

const GRACES: readonly (readonly [asked: unknown, grace: Duration | undefined])[] = [
  [undefined, undefined],
  [null, undefined],
  ['600', undefined],
  [1.5, undefined],
  [30, undefined],
  [600, minutes(10)],
  [0, seconds(0)],
  [-7, seconds(1)],
];

for (const [asked, grace] of GRACES) {
  test(`terminationGracePeriodSeconds ${JSON.stringify(asked)}: ${grace ?? 'as usual'}`, () => {
    const pod = rawPod({ spec: { terminationGracePeriodSeconds: asked } });
    const holder = holderOf(grace === undefined ? {} : { grace });
    assert.deepEqual(project(pod, []), { kind: 'holder', holder });
  });
}

test('finalizers are kept where there are any, and a mirror is known by its annotation, whatever it says', () => {
  const finalizers = ['batch.kubernetes.io/job-tracking', 'example.com/other'];
  assert.deepEqual(withMetadata({ finalizers }), { kind: 'holder', holder: holderOf({ finalizers }) });
  for (const none of [[], null, undefined, 'x', [7, '']]) {
    assert.deepEqual(withMetadata({ finalizers: none }), { kind: 'holder', holder: holderOf() });
  }
  const mirror = { kind: 'holder', holder: holderOf({ isMirror: true }) };
  for (const hash of ['ab12', '']) {
    assert.deepEqual(withMetadata({ annotations: { a: 'b', 'kubernetes.io/config.mirror': hash } }), mirror);
  }
  const others = { 'kubernetes.io/config.source': 'kubernetes.io/config.mirror' };
  for (const annotations of [others, 'kubernetes.io/config.mirror', ['kubernetes.io/config.mirror'], null]) {
    assert.deepEqual(withMetadata({ annotations }), { kind: 'holder', holder: holderOf() });
  }
});

test('the token volume makes the holder, wherever it is and whatever it is called; label and env do not', () => {
  const other = token('sts.amazonaws.com');
  const ours = token('pods.eks.amazonaws.com');
  assert.equal(
    kindOf(withVolumes([{ name: 'x', emptyDir: {} }, projected(other, { configMap: {} }, ours)])),
    'holder',
  );
  assert.equal(kindOf(withVolumes([projected(other), projected(ours)])), 'holder');
  assert.equal(kindOf(withVolumes([null, projected(null, 7, ours)])), 'holder');
  const bait = rawPod({
    holds: false,
    metadata: { labels: { 'eks.amazonaws.com/pod-identity': 'enabled' } },
    spec: {
      volumes: [projected(other), { name: 'eks-pod-identity-token', emptyDir: {} }],
      containers: [
        { env: [{ name: 'AWS_CONTAINER_CREDENTIALS_FULL_URI', value: 'http://169.254.170.23/v1' }] },
      ],
    },
  });
  assert.equal(kindOf(bait), 'not-a-holder');
  for (const audience of ['pods.eks.amazonaws.com.cn', 'PODS.EKS.AMAZONAWS.COM', '', null, undefined]) {
    assert.equal(kindOf(withVolumes([projected(token(audience))])), 'not-a-holder', String(audience));
  }
  for (const volumes of [null, undefined, []]) assert.equal(kindOf(withVolumes(volumes)), 'not-a-holder');
});

test('a holder without a needed fact is unreadable, never kept in silence', () => {
  for (const name of ['uid', 'name', 'namespace', 'creationTimestamp']) {
    for (const value of [undefined, null, '', 7, [], {}]) {
      assert.match(why(rawPod({ metadata: { [name]: value } })), new RegExp(`metadata.${name} is missing`));
    }
  }
  assert.match(why(rawPod({ metadata: { creationTimestamp: 'yesterday' } })), /no time/);
  assert.match(why(rawPod({ metadata: { deletionTimestamp: 'soon' } })), /deletionTimestamp/);
  assert.match(why(rawPod({ metadata: { deletionTimestamp: 5 } })), /deletionTimestamp/);
  assert.match(why(rawPod({ status: { phase: 5 } })), /phase/);
  assert.match(why(rawPod({ spec: { serviceAccountName: undefined } })), /serviceAccountName/);
  assert.match(why(rawPod({ spec: { serviceAccountName: 'a/b' } })), /serviceAccountName/);
  assert.match(why(rawPod({ spec: { serviceAccountName: ['etl'] } })), /serviceAccountName/);
  assert.match(why({ ...rawPod(), metadata: [] }), /uid/);
  assert.match(why({ metadata: {} }), /volumes/);
  for (const nonsense of [undefined, null, 'pod', 7, []]) assert.match(why(nonsense), /not an object/);
  for (const volumes of ['x', {}, [7], [{ projected: 'x' }], [{ projected: { sources: {} } }]]) {
    assert.match(why(withVolumes(volumes)), /volumes make no sense/, JSON.stringify(volumes));
  }
  assert.match(why(withVolumes([{ projected: { sources: [token(7)] } }])), /volumes make no sense/);
  assert.deepEqual(project(rawPod({ metadata: { creationTimestamp: null } }), []), {
    kind: 'unreadable',
    pod: {
      uid: 'uid-etl-0',
      namespace: 'team-a',
      name: 'etl-0',
      why: 'metadata.creationTimestamp is missing or no time',
    },
  });
});

test('the deprecated serviceAccount stands in where serviceAccountName is absent', () => {
  for (const absent of [undefined, null, '']) {
    const pod = rawPod({ spec: { serviceAccountName: absent, serviceAccount: 'old' } });
    const projection = project(pod, []);
    assert.equal(projection.kind === 'holder' && projection.holder.identity, 'team-a/old');
  }
});

test('odd but harmless fields are passed over', () => {
  const pod = JSON.parse(
    JSON.stringify(
      rawPod({
        metadata: {
          annotations: { big: 'x'.repeat(10_000_000) },
          labels: ['a'],
          ownerReferences: { controller: true },
        },
        spec: { nodeName: 7 },
        status: { phase: null },
      }),
    ).replace('{"metadata"', '{"__proto__":{"polluted":true},"metadata"'),
  ) as unknown;
  assert.deepEqual(project(pod, ['a', '0']), { kind: 'holder', holder: holderOf() });
  assert.equal('polluted' in {}, false);
});

test('times with fraction digits and offsets are read; what is no time is not', () => {
  const noon = Date.UTC(2026, 0, 5, 12);
  assert.equal(parseTime('2026-01-05T12:00:00Z'), noon);
  assert.equal(parseTime('2026-01-05T12:00:00.123456789Z'), noon + 123);
  assert.equal(parseTime('2026-01-05T12:00:00.5z'), noon + 500);
  assert.equal(parseTime('2026-01-05T14:00:00+02:00'), noon);
  assert.equal(parseTime('2026-01-05T06:30:00.000001-05:30'), noon);
  for (const nonsense of ['', '2026-01-05', '2026-01-05 12:00:00Z', '2026-13-05T12:00:00Z', '12', 12, null]) {
    assert.equal(parseTime(nonsense), undefined, String(nonsense));
  }
  assert.equal(microTime(instant(noon + 7)), '2026-01-05T12:00:00.007000Z');
  assert.equal(wholeSecondTime(instant(noon + 7)), '2026-01-05T12:00:00Z');
});

test('no input makes it throw, and none that has the audience is taken for a non-holder', () => {
  const odd = fc.oneof(fc.jsonValue(), fc.constantFrom(null, [], {}, '', '2026-01-05T12:00:00Z'));
  const source = fc.oneof(odd, fc.record({ serviceAccountToken: odd }, { requiredKeys: [] }));
  const volume = fc.oneof(odd, fc.record({ projected: fc.record({ sources: fc.array(source) }) }));
  const pod = fc.record(
    {
      metadata: fc.oneof(
        odd,
        fc.record(
          { uid: odd, name: odd, namespace: odd, creationTimestamp: odd, labels: odd, ownerReferences: odd },
          { requiredKeys: [] },
        ),
      ),
      spec: fc.oneof(odd, fc.record({ volumes: fc.array(volume), serviceAccountName: odd })),
      status: odd,
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(pod, fc.array(volume), fc.nat(), (raw, volumes, at) => {
      project(raw, ['app', '__proto__']);
      const place = at % (volumes.length + 1);
      const spec = { volumes: [...volumes.slice(0, place), TOKEN_VOLUME, ...volumes.slice(place)] };
      assert.notEqual(kindOf({ ...raw, spec }), 'not-a-holder');
    }),
    { numRuns: 500 },
  );
});
