/** What changes in a holder reaches the view in either encoding, and events that come twice or late do no harm. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { WatchEffectKind } from '../../../simulator/kubernetes/faults.ts';
import type { KubernetesApi } from '../../../simulator/kubernetes/server.ts';
import type { KubeObject } from '../../../simulator/kubernetes/store.ts';
import { arrivals } from '../../../src/adapters/kubernetes/arrivals.ts';
import type { KubernetesClient, Stream } from '../../../src/adapters/kubernetes/client.ts';
import { splitLengths } from '../../../src/adapters/kubernetes/length-frames.ts';
import { splitLines } from '../../../src/adapters/kubernetes/lines.ts';
import { podFields } from '../../../src/adapters/kubernetes/pod-fields.ts';
import { PodView } from '../../../src/adapters/kubernetes/pod-view.ts';
import { PROTOBUF } from '../../../src/adapters/kubernetes/protobuf.ts';
import { readProtobufEvent } from '../../../src/adapters/kubernetes/protobuf-event.ts';
import type { WatchEvent } from '../../../src/adapters/kubernetes/watch-event.ts';
import { readJsonEvent } from '../../../src/adapters/kubernetes/watch-event.ts';
import { systemClock } from '../../../src/adapters/clock.ts';
import type { Holder } from '../../../src/domain/holder.ts';
import { podUid } from '../../../src/domain/holder.ts';
import { instant, minutes } from '../../../src/domain/time.ts';
import { startSimulator } from './simulator.ts';
import { never, TOKEN_VOLUME, until } from './support.ts';

const DRAFT = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', namespace: 'team-a', finalizers: ['example.com/first'] },
  spec: {
    nodeName: 'node-1',
    serviceAccountName: 'etl',
    terminationGracePeriodSeconds: 600,
    containers: [{ name: 'main', image: 'image' }],
    volumes: [TOKEN_VOLUME],
  },
  status: { phase: 'Running' },
};

const TEN_MINUTES = '2026-11-24T12:10:00Z';
const HALF_A_MINUTE = '2026-11-24T12:00:30Z';

type Metadata = Partial<KubeObject['metadata']>;

function change(api: KubernetesApi, metadata: Metadata): KubeObject {
  const pod = api.store.get('pods', 'team-a', 'a');
  if (pod === undefined) return assert.fail('the pod is gone');
  return api.store.replace('pods', { ...pod, metadata: { ...pod.metadata, ...metadata } });
}

async function viewOf(t: TestContext, client: KubernetesClient): Promise<PodView> {
  const view = new PodView({ client, clock: systemClock(), random: () => 0 }, {});
  const stopped = new AbortController();
  const running = view.run({ changed: () => undefined, unreadable: () => undefined }, stopped.signal);
  t.after(() => {
    stopped.abort();
    return running;
  });
  await until(() => view.freshness().kind === 'synced');
  return view;
}

const DISTURBANCES: readonly (WatchEffectKind | undefined)[] = [
  undefined,
  'duplicate-events',
  'stale-events',
];

for (const kind of DISTURBANCES) {
  test(`a shortened grace and what is left of the finalizers are seen, with ${kind ?? 'no disturbance'}`, async (t) => {
    const { api, client } = await startSimulator(t);
    const uid = podUid(api.store.create('pods', DRAFT).metadata.uid);
    const view = await viewOf(t, client);
    await until(() => api.watches.count() === 1);
    if (kind !== undefined) api.faults.add({ match: { verb: 'watch' }, effect: { kind } });
    const sees = (expected: Partial<Holder>): Promise<void> =>
      until(() => isDeepStrictEqual(endingOf(view.holder(uid)), expected));
    const asked = { grace: minutes(10), finalizers: ['example.com/first'] };
    await sees(asked);
    change(api, { deletionTimestamp: TEN_MINUTES, deletionGracePeriodSeconds: 600 });
    await sees({ ...asked, terminating: instant(Date.parse(TEN_MINUTES)) });
    change(api, { deletionTimestamp: HALF_A_MINUTE, deletionGracePeriodSeconds: 30 });
    const terminating = instant(Date.parse(HALF_A_MINUTE));
    await sees({ ...asked, terminating });
    change(api, { finalizers: ['example.com/second'] });
    await sees({ grace: minutes(10), terminating, finalizers: ['example.com/second'] });
    change(api, { finalizers: [], annotations: { 'kubernetes.io/config.mirror': 'hash' } });
    await sees({ grace: minutes(10), terminating, isMirror: true });
    api.store.remove('pods', 'team-a', 'a');
    await until(() => view.holder(uid) === undefined);
  });
}

function endingOf(holder: Holder | undefined): Partial<Holder> {
  const { finalizers, grace, isMirror, terminating } = holder ?? {};
  return {
    ...(finalizers && { finalizers }),
    ...(grace !== undefined && { grace }),
    ...(isMirror && { isMirror }),
    ...(terminating !== undefined && { terminating }),
  };
}

const READERS: Readonly<Record<string, (body: Stream['body']) => AsyncIterable<readonly WatchEvent[]>>> = {
  [PROTOBUF]: async function* (body) {
    for await (const { frames } of splitLengths(arrivals(body), 1_000_000))
      yield frames.map((frame) => readProtobufEvent(frame, () => true, podFields([])));
  },
  'application/json': async function* (body) {
    for await (const { frames } of splitLines(arrivals(body), 1_000_000))
      yield frames.map((line) => readJsonEvent(line, () => true));
  },
};

for (const [accept, read] of Object.entries(READERS)) {
  test(`the simulator doubles and repeats events in ${accept}`, async (t) => {
    const { api, client } = await startSimulator(t);
    const created = api.store.create('pods', DRAFT).metadata.resourceVersion;
    const query = { watch: 'true', resourceVersion: created };
    const wish = { verb: 'watch', resource: 'pods', method: 'GET', path: '/api/v1/pods', query } as const;
    const stream = await client.open({ ...wish, accept: `${accept},application/json` }, never);
    if (stream.kind !== 'stream') return assert.fail(stream.kind);
    assert.ok(stream.contentType.startsWith(accept), stream.contentType);
    api.faults.add({ match: {}, effect: { kind: 'duplicate-events' }, times: 1 });
    const doubled = change(api, { labels: { a: 'b' } }).metadata.resourceVersion;
    api.faults.add({ match: {}, effect: { kind: 'stale-events' }, times: 1 });
    const repeated = change(api, { labels: { a: 'c' } }).metadata.resourceVersion;
    api.watches.close();
    const events: WatchEvent[] = [];
    for await (const batch of read(stream.body)) events.push(...batch);
    assert.deepEqual(
      events.map((event) => [event.kind, event.kind === 'present' && event.version]),
      [doubled, doubled, repeated, doubled].map((version) => ['present', version]),
    );
    return undefined;
  });
}
