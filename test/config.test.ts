/** Settings: what is accepted, what is refused, and what is said about it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, parseConfig, SETTINGS } from '../src/config.ts';

const MINIMAL = { REVOKER_CLUSTER_NAME: 'prod-blue' };

function problemsOf(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    parseConfig(environment);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
  return [];
}

test('the cluster name is all that must be given', () => {
  const config = parseConfig({ ...MINIMAL, PATH: '/bin', AWS_REGION: 'eu-west-1' });
  assert.equal(config.clusterName, 'prod-blue');
  assert.equal(config.mode, 'enforce');
  assert.equal(config.pollInterval, 30_000);
  assert.equal(config.settleTime, 15_000);
  assert.equal(config.consistencyWindow, 30_000);
  assert.deepEqual(config.protectedNamespaces, ['kube-system']);
  assert.equal(config.namespaces, undefined);
  assert.equal(config.ownPod, undefined);
});

test('everything that is given is read', () => {
  const config = parseConfig({
    REVOKER_CLUSTER_NAME: 'Prod_1',
    REVOKER_MODE: 'dry-run',
    REVOKER_POLL_INTERVAL: '1m30s',
    REVOKER_SETTLE_TIME: '0s',
    REVOKER_CONSISTENCY_WINDOW: '0.5h',
    REVOKER_DESCRIBE_RATE: '0.5',
    REVOKER_CONFIRM_RATE: '7',
    REVOKER_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/111122223333/pod-identity',
    REVOKER_DEADLINE: '2h',
    REVOKER_FORCE: 'true',
    REVOKER_MAX_GRACE_PERIOD: '10m',
    REVOKER_EVICTION_CONCURRENCY: '4',
    REVOKER_EVICTIONS_PER_NAMESPACE: '30',
    REVOKER_EVICTIONS_PER_IDENTITY: '20',
    REVOKER_MASS_END_PERCENT: '10',
    REVOKER_MASS_END_MINIMUM: '0',
    REVOKER_CLUSTER_ISSUER: 'https://oidc.eks.eu-west-1.amazonaws.com/id/ABC',
    REVOKER_CREDENTIAL_LIFE: '12h',
    REVOKER_ON_UNKNOWN_HISTORY: 'evict',
    REVOKER_ON_MISSED: 'evict',
    REVOKER_TRAIL_LOOKBACK: '1h',
    REVOKER_EVICTION_RATE: '500',
    REVOKER_EVICTION_BURST: '1000',
    REVOKER_PROTECTED_NAMESPACES: '',
    REVOKER_NAMESPACES: 'team-a, team-b,team-a',
    REVOKER_POD_LABELS: 'app,dominodatalab.com/project-name',
    REVOKER_NAMESPACE: 'platform',
    REVOKER_POD_NAME: 'revoker-0',
    REVOKER_LISTEN: '[::]:0',
    REVOKER_STATUS_LISTEN: 'localhost:9000',
    REVOKER_LOG_LEVEL: 'debug',
  });
  assert.deepEqual(config, {
    clusterName: 'Prod_1',
    mode: 'dry-run',
    pollInterval: 90_000,
    settleTime: 0,
    consistencyWindow: 1_800_000,
    describeRate: 0.5,
    confirmRate: 7,
    queueUrl: 'https://sqs.eu-west-1.amazonaws.com/111122223333/pod-identity',
    deadline: 7_200_000,
    force: true,
    maxGracePeriod: 600_000,
    evictionConcurrency: 4,
    evictionsPerNamespace: 30,
    evictionsPerIdentity: 20,
    massEndPercent: 10,
    massEndMinimum: 0,
    clusterIssuer: 'https://oidc.eks.eu-west-1.amazonaws.com/id/ABC',
    credentialLife: 43_200_000,
    onUnknownHistory: 'evict',
    onMissed: 'evict',
    trailLookback: 3_600_000,
    evictionRate: 500,
    evictionBurst: 1000,
    protectedNamespaces: [],
    namespaces: ['team-a', 'team-b'],
    podLabels: ['app', 'dominodatalab.com/project-name'],
    ownNamespace: 'platform',
    ownPod: { namespace: 'platform', name: 'revoker-0' },
    listen: { host: '::', port: 0 },
    statusListen: { host: 'localhost', port: 9000 },
    logLevel: 'debug',
  });
});

test('every problem is listed, each with the name of its setting', () => {
  const problems = problemsOf({
    REVOKER_POLL_INTERVAL: '0',
    REVOKER_SETTLE_TIME: '-1s',
    REVOKER_MODE: 'enforced',
    REVOKER_TYPO: 'x',
  });
  assert.deepEqual(
    problems.map((line) => line.split(':')[0]),
    ['REVOKER_TYPO', 'REVOKER_CLUSTER_NAME', 'REVOKER_MODE', 'REVOKER_POLL_INTERVAL', 'REVOKER_SETTLE_TIME'],
  );
});

for (const text of [
  '0',
  '-1s',
  'abc',
  '',
  '30',
  '1e3s',
  '0s',
  '2h',
  'NaN',
  'Infinity',
  '10 s',
  '30S',
  '١s',
]) {
  test(`a poll interval of ${JSON.stringify(text)} is refused and named`, () => {
    const [problem, ...others] = problemsOf({ ...MINIMAL, REVOKER_POLL_INTERVAL: text });
    assert.match(problem ?? '', /^REVOKER_POLL_INTERVAL: /);
    assert.deepEqual(others, []);
  });
}

const REFUSED: readonly (readonly [name: string, text: string])[] = [
  ['REVOKER_CLUSTER_NAME', ''],
  ['REVOKER_CLUSTER_NAME', 'a/b'],
  ['REVOKER_CLUSTER_NAME', 'x'.repeat(101)],
  ['REVOKER_DESCRIBE_RATE', '0'],
  ['REVOKER_DESCRIBE_RATE', 'many'],
  ['REVOKER_QUEUE_URL', 'my-queue'],
  ['REVOKER_TRAIL_LOOKBACK', '49h'],
  ['REVOKER_CREDENTIAL_LIFE', '59m'],
  ['REVOKER_DEADLINE', '59s'],
  ['REVOKER_FORCE', 'yes'],
  ['REVOKER_MAX_GRACE_PERIOD', '0s'],
  ['REVOKER_EVICTION_CONCURRENCY', '0'],
  ['REVOKER_EVICTIONS_PER_NAMESPACE', '0'],
  ['REVOKER_EVICTIONS_PER_IDENTITY', '1.5'],
  ['REVOKER_MASS_END_PERCENT', '101'],
  ['REVOKER_MASS_END_MINIMUM', '-1'],
  ['REVOKER_CLUSTER_ISSUER', 'oidc.eks.eu-west-1.amazonaws.com'],
  ['REVOKER_ON_UNKNOWN_HISTORY', 'delete'],
  ['REVOKER_ON_MISSED', ''],
  ['REVOKER_EVICTION_BURST', '1.5'],
  ['REVOKER_EVICTION_BURST', '0'],
  ['REVOKER_PROTECTED_NAMESPACES', 'kube-system,,default'],
  ['REVOKER_NAMESPACES', 'Team-A'],
  ['REVOKER_POD_LABELS', 'a b'],
  ['REVOKER_POD_LABELS', '/x'],
  ['REVOKER_LISTEN', '8080'],
  ['REVOKER_LISTEN', 'localhost:99999'],
  ['REVOKER_LISTEN', '::1:8080'],
  ['REVOKER_LOG_LEVEL', 'INFO'],
  ['REVOKER_POD_NAME', 'revoker-0'],
  ['REVOKER_STATUS_LISTEN', '127.0.0.1:8080'],
];

for (const [name, text] of REFUSED) {
  test(`${name}=${JSON.stringify(text)} is refused and named`, () => {
    const problems = problemsOf({ ...MINIMAL, [name]: text });
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? '', new RegExp(`^${name}: `));
  });
}

test('a huge value is not repeated whole', () => {
  const [problem = ''] = problemsOf({ ...MINIMAL, REVOKER_MODE: 'x'.repeat(100_000) });
  assert.ok(problem.length < 300);
});

test('what Kubernetes injects for a Service of an unlucky name is not taken for a setting', () => {
  const links = {
    REVOKER_SERVICE_HOST: '10.0.0.1',
    REVOKER_SERVICE_PORT: '80',
    REVOKER_SERVICE_PORT_HTTP: '80',
    REVOKER_PORT: 'tcp://10.0.0.1:80',
    REVOKER_PORT_80_TCP: 'tcp://10.0.0.1:80',
    REVOKER_PORT_80_TCP_ADDR: '10.0.0.1',
  };
  assert.deepEqual(problemsOf({ ...MINIMAL, ...links }), []);
});

test('every setting has help that ends as a sentence, and a default that is itself valid', () => {
  for (const [name, setting] of Object.entries(SETTINGS)) {
    assert.match(setting.help, /\.$/, name);
    if (setting.fallback !== undefined) assert.ok('value' in setting.parse(setting.fallback), name);
  }
});
