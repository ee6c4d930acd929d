/** Kubernetes Events: their exact form, folding, bounds, and that reporting never waits or throws. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { PodEvents } from '../../../src/adapters/kubernetes/events.ts';
import { associationId } from '../../../src/domain/association.ts';
import { podUid } from '../../../src/domain/holder.ts';
import type { Outcome } from '../../../src/domain/outcome.ts';
import type { Report } from '../../../src/domain/report.ts';
import { instant, minutes, seconds } from '../../../src/domain/time.ts';
import type { Asked, Script } from '../../support/scripted-api-server.ts';
import { sendJson } from '../../support/scripted-api-server.ts';
import type { World } from './support.ts';
import { holderOf, quiet, revocationOf, status, until, worldOn } from './support.ts';

type Running = World & { readonly events: PodEvents; readonly stop: () => Promise<void> };

const BLOCKED: Outcome = {
  kind: 'blocked',
  by: ['web'],
  detail: 'The disruption budget web needs 2 healthy pods',
  retryAfter: undefined,
};

async function running(t: TestContext, script: Script): Promise<Running> {
  const base = await worldOn(t, script);
  const { client, clock } = base;
  const events = new PodEvents({ client, clock, random: () => 0.5, instance: 'revoker-0' });
  const stopped = new AbortController();
  const run = events.run(stopped.signal);
  const stop = (): Promise<void> => {
    stopped.abort();
    return run;
  };
  t.after(stop);
  return { ...base, events, stop };
}

function eviction(outcome: Outcome, name = 'etl-0', grant = 'arn:aws:iam::111122223333:role/etl'): Report {
  return {
    kind: 'eviction',
    holder: holderOf({ name, uid: podUid(`uid-${name}`) }),
    verdict: { kind: 'evict', reason: 'deleted' },
    revocation: revocationOf({
      association: associationId('a-1234567890abcdefg'),
      grant: { roleArn: grant, disableSessionTags: false },
    }),
    outcome,
    isForced: false,
    tries: 1,
    sinceEnd: undefined,
  };
}

const accept: Script = (_, response) => sendJson(response, 201, {});
const bodyOf = (asked: Asked | undefined): Record<string, unknown> =>
  JSON.parse(asked?.body ?? '{}') as Record<string, unknown>;

test('an eviction becomes an Event of the pod, exact in every field', async (t) => {
  const { server, events, clock } = await running(t, accept);
  events.report(eviction({ kind: 'evicted' }));
  await until(() => server.asked.length === 1);
  const [asked] = server.asked;
  assert.equal(`${asked?.method} ${asked?.path}`, 'POST /api/v1/namespaces/team-a/events');
  assert.deepEqual(bodyOf(asked), {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `etl-0.${clock.now().toString(16)}80000000`, namespace: 'team-a' },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'team-a', name: 'etl-0', uid: 'uid-etl-0' },
    reason: 'PodIdentityRevoked',
    message:
      'Evicted: association a-1234567890abcdefg of team-a/etl (role arn:aws:iam::111122223333:role/etl) deleted at a time that is not known; noticed by list at 1970-01-01T00:00:00.000Z; the pod, started 2026-01-05T11:00:00.000Z, may still hold its credentials.',
    type: 'Normal',
    action: 'Evict',
    source: { component: 'pod-identity-revoker' },
    reportingComponent: 'pod-identity-revoker',
    reportingInstance: 'revoker-0',
    eventTime: '2026-01-05T12:00:00.000000Z',
    firstTimestamp: '2026-01-05T12:00:00Z',
    lastTimestamp: '2026-01-05T12:00:00Z',
    count: 1,
  });
});

test('each refusal has its own reason and is a warning; what has no pod left makes no call', async (t) => {
  const { server, events } = await running(t, accept);
  events.report(eviction({ kind: 'already-gone' }));
  events.report(eviction({ kind: 'replaced' }));
  events.report({ kind: 'bug', where: 'here', error: new Error('no') });
  events.report(eviction(BLOCKED));
  events.report(eviction({ kind: 'forbidden', detail: 'grant the verb' }));
  events.report(eviction({ kind: 'unreachable', detail: 'timed-out' }));
  await until(() => server.asked.length === 3);
  assert.deepEqual(
    server.asked.map(bodyOf).map(({ reason, type }) => [reason, type]),
    [
      ['PodIdentityEvictionBlocked', 'Warning'],
      ['PodIdentityEvictionForbidden', 'Warning'],
      ['PodIdentityEvictionFailed', 'Warning'],
    ],
  );
  assert.match(
    String(bodyOf(server.asked[0])['message']),
    /^Eviction blocked by web: .*needs 2 healthy pods$/,
  );
});

test('a message never exceeds 1024 bytes and is not cut within a character', async (t) => {
  const { server, events } = await running(t, accept);
  for (let pad = 0; pad < 4; pad++) {
    events.report(eviction({ ...BLOCKED, detail: `${'x'.repeat(pad)}${'é😀'.repeat(500)}` }, `etl-${pad}`));
  }
  await until(() => server.asked.length === 4);
  for (const asked of server.asked) {
    const message = String(bodyOf(asked)['message']);
    assert.ok(Buffer.byteLength(message) <= 1024 && Buffer.byteLength(message) > 1010);
    assert.match(message, /(é|😀|x)…$/u);
    assert.equal(message.includes('\uFFFD'), false);
  }
});

test('repeats within minutes are folded: counted, and written with the next one after that', async (t) => {
  const { server, events, clock } = await running(t, accept);
  events.report(eviction(BLOCKED));
  await until(() => server.asked.length === 1);
  for (let repeat = 0; repeat < 10; repeat++) {
    await clock.advance(seconds(10));
    events.report(eviction(BLOCKED));
  }
  await quiet();
  assert.equal(server.asked.length, 1);
  await clock.advance(minutes(4));
  events.report(eviction(BLOCKED));
  await until(() => server.asked.length === 2);
  const created = bodyOf(server.asked[0])['metadata'] as { name: string };
  const patch = server.asked[1];
  assert.equal(`${patch?.method} ${patch?.path}`, `PATCH /api/v1/namespaces/team-a/events/${created.name}`);
  assert.equal(patch?.headers['content-type'], 'application/merge-patch+json');
  assert.deepEqual([bodyOf(patch)['count'], bodyOf(patch)['lastTimestamp']], [12, '2026-01-05T12:05:40Z']);
});

test('an Event that has expired meanwhile is made anew', async (t) => {
  const { server, events, clock } = await running(t, (asked, response) =>
    asked.method === 'PATCH' ? sendJson(response, 404, {}) : sendJson(response, 201, {}),
  );
  events.report(eviction(BLOCKED));
  await until(() => server.asked.length === 1);
  await clock.advance(minutes(90));
  events.report(eviction(BLOCKED));
  await until(() => server.asked.length === 3);
  assert.equal(server.asked[2]?.method, 'POST');
  assert.equal(bodyOf(server.asked[2])['count'], 2);
  assert.equal(events.dropped, 0);
});

test('refusals and a full queue are counted as dropped, and nothing waits or throws', async (t) => {
  const { server, events, stop } = await running(t, (_, response) =>
    sendJson(response, 403, status(403, 'Forbidden', 'no')),
  );
  for (let index = 0; index < 1200; index++) events.report(eviction({ kind: 'evicted' }, `p-${index}`));
  assert.equal(events.dropped, 200);
  await until(() => server.asked.length === 1000);
  await stop();
  assert.equal(events.dropped, 1200);
});

test('at the end what is queued is written, but not for longer than a short while', async (t) => {
  const quick = await running(t, accept);
  for (let index = 0; index < 20; index++) quick.events.report(eviction({ kind: 'evicted' }, `p-${index}`));
  await quick.stop();
  assert.ok(quick.server.asked.length >= 20);
  assert.equal(quick.events.dropped, 0);

  const slow = await running(t, () => undefined);
  for (let index = 0; index < 5; index++) slow.events.report(eviction({ kind: 'evicted' }, `p-${index}`));
  await until(() => slow.server.asked.length === 1);
  const stopping = slow.stop();
  await until(() => slow.server.asked.length === 2);
  await slow.clock.advance(seconds(3));
  await stopping;
  assert.equal(slow.events.dropped, 5);
  assert.equal(slow.clock.pending, 0);
});

test('the name of the Event stays a name, however long that of the pod is', async (t) => {
  const { server, events } = await running(t, accept);
  events.report(eviction({ kind: 'evicted' }, `${'a'.repeat(219)}.${'b'.repeat(33)}`));
  await until(() => server.asked.length === 1);
  const { name } = bodyOf(server.asked[0])['metadata'] as { name: string };
  assert.match(name, /^a{219}\.[0-9a-f]+$/);
  assert.ok(name.length <= 253);
});

test('a year far away and an empty grant are worded without holes', async (t) => {
  const { server, events } = await running(t, accept);
  events.report({
    kind: 'eviction',
    holder: holderOf({ start: instant(0) }),
    verdict: { kind: 'evict', reason: 'deleted' },
    revocation: revocationOf(),
    outcome: { kind: 'evicted' },
    isForced: false,
    tries: 1,
    sinceEnd: undefined,
  });
  await until(() => server.asked.length === 1);
  assert.match(
    String(bodyOf(server.asked[0])['message']),
    /^Evicted: the association of team-a\/etl deleted at a time that is not known; .*; the pod, started 1970/,
  );
});
