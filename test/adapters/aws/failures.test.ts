/** What goes wrong between here and EKS: each form of error, time-outs, cuts, retries, aborts. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seconds } from '../../../src/domain/time.ts';
import { answer, failure, type Reply } from '../../support/scripted-eks.ts';
import { settle, SteppedClock } from '../../support/stepped-clock.ts';
import { both, entry, ID, IDENTITY, page, start } from './harness.ts';

const SIGNATURE_MESSAGE =
  "The Canonical String should have been 'GET x-amz-security-token:IQoJb3JpZ2luX2VjEHwaCXVzLWVhc3QtMSJHMEUCIQ'";

type Row = readonly [name: string, reply: Reply, why: string, attempts: number];

const ROWS: readonly Row[] = [
  ['ThrottlingException 429', failure(429, 'ThrottlingException', 'slow'), 'throttled', 3],
  ['TooManyRequestsException', failure(429, 'TooManyRequestsException', 'slow'), 'throttled', 3],
  ['throttling as 400', failure(400, 'ThrottlingException', 'slow'), 'throttled', 3],
  ['RequestLimitExceeded', failure(503, 'RequestLimitExceeded', 'slow'), 'throttled', 3],
  ['429 without a name', answer({}, 429), 'throttled', 3],
  ['AccessDeniedException', failure(403, 'AccessDeniedException', 'no'), 'denied', 1],
  ['UnauthorizedOperation', failure(403, 'UnauthorizedOperation', 'no'), 'denied', 1],
  ['UnrecognizedClientException', failure(403, 'UnrecognizedClientException', 'no'), 'denied', 1],
  ['InvalidClientTokenId', failure(403, 'InvalidClientTokenId', 'no'), 'denied', 1],
  ['ExpiredTokenException', failure(403, 'ExpiredTokenException', 'no'), 'denied', 1],
  ['MissingAuthenticationToken', failure(403, 'MissingAuthenticationToken', 'no'), 'denied', 1],
  ['SignatureDoesNotMatch', failure(403, 'SignatureDoesNotMatch', SIGNATURE_MESSAGE), 'denied', 1],
  ['403 with HTML', { kind: 'answer', status: 403, body: '<html>' }, 'denied', 1],
  ['401 without a name', answer({}, 401), 'denied', 1],
  ['ResourceNotFoundException', failure(404, 'ResourceNotFoundException', 'no'), 'not-found', 1],
  ['404 with HTML', { kind: 'answer', status: 404, body: '<html>' }, 'malformed', 1],
  ['404 of another kind', failure(404, 'UnknownOperationException', 'no'), 'malformed', 1],
  ['InvalidParameterException', failure(400, 'InvalidParameterException', 'no'), 'failed', 1],
  ['InvalidRequestException', failure(400, 'InvalidRequestException', 'no'), 'failed', 1],
  ['ServerException', failure(500, 'ServerException', 'no'), 'failed', 3],
  ['500 with nothing', { kind: 'answer', status: 500, body: '' }, 'failed', 3],
  ['502 with HTML', { kind: 'answer', status: 502, body: '<html>' }, 'failed', 3],
  ['503', failure(503, 'ServiceUnavailableException', 'no'), 'failed', 3],
  ['a cut before the answer', { kind: 'cut' }, 'unreachable', 3],
  ['a cut in the body', { kind: 'cut', body: '{"associations":[' }, 'unreachable', 3],
  ['silence', { kind: 'silence' }, 'unreachable', 3],
  ['silence in the body', { kind: 'stall', body: '{"associations":[' }, 'unreachable', 3],
];

for (const [name, reply, why, attempts] of ROWS) {
  test(`${name}: ${why} after ${attempts} attempts, all counted`, async (t) => {
    const { eks, associations, counted, signal } = await start(t, { timeoutMs: 30 });
    eks.script = () => reply;

    const reading = await associations.list(signal);

    assert.ok(reading.kind === 'unknown');
    assert.equal(reading.why, why, reading.detail);
    assert.equal(eks.asked.length, attempts);
    assert.equal(counted.length, attempts);
    assert.match(reading.detail, /^ListPodIdentityAssociations: /);
    assert.doesNotMatch(reading.detail, /AKIA|IQoJ|security-token|\n/);
  });
}

test('a retry that succeeds is a known reading; each attempt is counted with its status', async (t) => {
  const { eks, associations, counted, signal } = await start(t);
  const replies = [failure(500, 'ServerException', 'no'), { kind: 'cut' } as const, page([])];
  eks.script = () => replies.shift() ?? page([]);

  const reading = await associations.list(signal);

  assert.equal(reading.kind, 'known');
  assert.deepEqual(
    counted.map(({ service, operation, code }) => `${service} ${operation} ${code}`),
    ['500', 'none', '200'].map((code) => `eks ListPodIdentityAssociations ${code}`),
  );
});

test('List is denied: the detail names the action and the cluster to allow it on', async (t) => {
  const { eks, associations, signal } = await start(t);
  eks.script = () => failure(403, 'AccessDeniedException', 'User: arn:aws:sts::1:x is not authorized');

  const reading = await associations.list(signal);

  assert.ok(reading.kind === 'unknown');
  assert.match(
    reading.detail,
    /allow eks:ListPodIdentityAssociations on arn:aws:eks:eu-central-1:\*:cluster\/demo/,
  );
  assert.match(reading.detail, /User: arn:aws:sts::1:x is not authorized/);
});

test("Describe is denied: the detail names the association's ARN, not the cluster's", async (t) => {
  const { eks, associations, signal } = await start(t, { config: { region: 'cn-north-1' } });
  eks.script = () => failure(403, 'AccessDeniedException', 'no');

  const reading = await associations.describe(ID, signal);

  assert.ok(reading.kind === 'unknown');
  assert.match(
    reading.detail,
    /allow eks:DescribePodIdentityAssociation on arn:aws-cn:eks:cn-north-1:\*:podidentityassociation\/demo\/\*/,
  );
});

test('no credentials: denied, says how to give them, and nothing goes out', async (t) => {
  const { eks, associations, counted, signal } = await start(t, { config: { credentials: noCredentials } });

  const reading = await associations.confirm(IDENTITY, ID, signal);

  assert.equal(reading.kind === 'unknown' && reading.why, 'denied');
  assert.match(reading.kind === 'unknown' ? reading.detail : '', /Pod Identity association for its own/);
  assert.doesNotMatch(JSON.stringify(reading), /secret-token/);
  assert.equal(eks.asked.length, 0);
  assert.equal(counted.length, 0);
});

test('no Region: unreachable, and says which variable to set', async (t) => {
  const { associations, signal } = await start(t, { config: { region: noRegion } });

  const reading = await associations.list(signal);

  assert.match(reading.kind === 'unknown' ? reading.detail : '', /set AWS_REGION/);
});

test('a refused connection is unreachable', async (t) => {
  const { eks, associations, counted, signal } = await start(t);
  await eks[Symbol.asyncDispose]();

  const reading = await associations.list(signal);

  assert.equal(reading.kind === 'unknown' && reading.why, 'unreachable');
  assert.match(reading.kind === 'unknown' ? reading.detail : '', /ECONNREFUSED/);
  assert.deepEqual(
    counted.map(({ code }) => code),
    ['none', 'none', 'none'],
  );
});

test('the time-out of the request works without that of the socket', async (t) => {
  const { eks, associations, signal } = await start(t, { timeoutMs: 30, socketTimeoutMs: 10_000 });
  eks.script = () => ({ kind: 'silence' });

  const reading = await associations.list(signal);

  assert.match(reading.kind === 'unknown' ? reading.detail : '', /no answer \(ETIMEDOUT\)/);
});

test('the limit on one call ends what no time-out ends, and is no abort', async (t) => {
  const clock = new SteppedClock();
  const { eks, associations, signal } = await start(t, { clock, timeoutMs: 10_000 });
  const asked = new Promise<void>((resolve) => {
    eks.script = () => {
      resolve();
      return { kind: 'stall', body: ' ' };
    };
  });

  const reading = associations.list(signal);
  await asked;
  await clock.advance(seconds(20));

  const { kind, why, detail } = { why: '', detail: '', ...(await reading) };
  assert.deepEqual([kind, why], ['unknown', 'unreachable']);
  assert.match(detail, /no complete answer within 20 s/);
  assert.equal(clock.pending, 0);
});

test('an abort is rethrown as the reason of the signal, at once, and leaves nothing behind', async (t) => {
  const clock = new SteppedClock();
  const { eks, associations } = await start(t, { clock, timeoutMs: 10_000 });
  const reason = new Error('shutting down');
  const root = new AbortController();
  eks.script = () => {
    setImmediate(() => root.abort(reason));
    return { kind: 'silence' };
  };

  for (const ask of [
    () => associations.list(root.signal),
    () => associations.describe(ID, root.signal),
    () => associations.confirm(IDENTITY, ID, root.signal),
  ]) {
    await assert.rejects(ask, (error) => error === reason);
  }
  await settle();
  assert.equal(clock.pending, 0);
  assert.equal(eks.asked.length, 1, 'nothing is asked after the abort');
});

test('an abort while credentials are being looked for does not wait for them', async (t) => {
  const { associations } = await start(t, { config: { credentials: () => new Promise(() => undefined) } });
  const reason = new Error('shutting down');
  const root = new AbortController();
  setImmediate(() => root.abort(reason));

  await assert.rejects(associations.list(root.signal), (error) => error === reason);
});

test('the request is signed, names the daemon, and keeps its connection', async (t) => {
  const { eks, associations, signal } = await start(t);
  eks.script = both(page([entry(ID)]), failure(404, 'ResourceNotFoundException', 'no'));

  await associations.list(signal);
  await associations.list(signal);

  const [first] = eks.asked;
  assert.match(first?.headers['user-agent'] ?? '', /app\/pod-identity-revoker/);
  assert.match(first?.headers.authorization ?? '', /Credential=AKIATESTTESTTEST\/\d+\/eu-central-1\/eks\//);
  assert.equal(first?.headers.connection, 'keep-alive');
});

function noCredentials(): Promise<never> {
  const error = new Error('tried secret-token-of-a-profile');
  return Promise.reject(Object.assign(error, { name: 'CredentialsProviderError' }));
}

function noRegion(): Promise<never> {
  return Promise.reject(new Error('Region is missing'));
}
