/** The permissions in docs/configuration.md and docs/permissions.md, and the exit codes, against what the code does. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codes, differences, files, readText, rows, section } from './markdown.ts';

const PAGE = readText('docs/configuration.md');

function sources(folder: string): string {
  return files(folder, '.ts').map(readText).join('\n');
}

/** Each request says its verb and, in the next line, its resource, as RBAC names them. */
function kubernetesRequests(text: string): readonly string[] {
  return [...text.matchAll(/\bverb: '(\w+)',\s+resource: '([^']+)',\s+method:/g)].map(
    ([, verb = '', resource = '']) => `${verb} ${resource}`,
  );
}

function rbacVerbs(page: string): readonly string[] {
  return rows(section(page, 'RBAC verbs')).flatMap(([resource, verbs]) =>
    codes(verbs).map((verb) => `${verb} ${codes(resource)[0]}`),
  );
}

/** The IAM action that an operation needs. A batch has none of its own. */
const ACTIONS: Readonly<Record<string, string>> = {
  ListPodIdentityAssociations: 'eks:ListPodIdentityAssociations',
  DescribePodIdentityAssociation: 'eks:DescribePodIdentityAssociation',
  DescribeCluster: 'eks:DescribeCluster',
  ReceiveMessage: 'sqs:ReceiveMessage',
  DeleteMessageBatch: 'sqs:DeleteMessage',
  LookupEvents: 'cloudtrail:LookupEvents',
};

function awsOperations(text: string): readonly string[] {
  return [...text.matchAll(/\bnew (\w+)Command\(/g)].map(([, operation = '']) => operation);
}

function awsRequests(text: string): readonly string[] {
  return awsOperations(text).map((operation) => ACTIONS[operation] ?? operation);
}

function iamActions(page: string): readonly string[] {
  return rows(section(page, 'IAM actions')).flatMap(([action]) => codes(action));
}

test('the RBAC verbs are those of the requests to the API server', () => {
  assert.deepEqual(differences(rbacVerbs(PAGE), kubernetesRequests(sources('src/adapters/kubernetes'))), []);
});

test('the IAM actions are those of the requests to AWS, in the table and in the policy', () => {
  const requests = awsRequests(sources('src/adapters/aws'));
  assert.deepEqual(differences(iamActions(PAGE), requests), []);
  const [, policy = ''] = /```json\n([\s\S]*?)```/.exec(section(PAGE, 'IAM actions')) ?? [];
  const parsed = JSON.parse(policy) as { Statement: readonly { Action: string; Resource: string }[] };
  const table = rows(section(PAGE, 'IAM actions')).map((row) => row.slice(0, 2).flatMap(codes).join(' '));
  assert.deepEqual(
    parsed.Statement.map(({ Action, Resource }) => `${Action} ${Resource}`),
    table,
  );
});

test('the label values of the requests in docs/metrics.md are those of the requests', () => {
  const labels = rows(section(readText('docs/metrics.md'), 'Every label value'));
  const valuesOf = (metric: string, label: string): readonly string[] =>
    labels
      .filter(([name, of]) => name?.includes(metric) === true && of === `\`${label}\``)
      .flatMap(([, , values]) => codes(values));
  const requests = kubernetesRequests(sources('src/adapters/kubernetes')).map((each) => each.split(' '));
  const verbs = requests.map(([verb = '']) => verb);
  const resources = requests.map(([, resource = '']) => resource);
  assert.deepEqual(differences(valuesOf('kubernetes_requests_total', 'verb'), verbs), []);
  assert.deepEqual(differences(valuesOf('kubernetes_requests_total', 'resource'), resources), []);
  const operations = awsOperations(sources('src/adapters/aws'));
  assert.deepEqual(differences(valuesOf('aws_requests_total', 'operation'), operations), []);
});

test('the exit codes are those of the code', () => {
  const declared = [...readText('src/cli/execute.ts').matchAll(/^const [A-Z]+ = (\d);$/gm)].map(
    ([, code]) => code,
  );
  const documented = rows(section(PAGE, 'Signals and exit codes')).map(([code]) => code);
  assert.deepEqual(documented, declared);
  assert.deepEqual(documented, ['0', '1', '2']);
});

test('the comparison can fail: planted lies are found', () => {
  const requests = kubernetesRequests(sources('src/adapters/kubernetes'));
  const more = PAGE.replace('| `pods` | `get`, `list`', '| `pods` | `update`, `get`, `list`');
  assert.deepEqual(differences(rbacVerbs(more), requests), ['documented, but does not exist: update pods']);
  const written = `{\n  verb: 'delete',\n  resource: 'nodes',\n  method: 'DELETE',\n}`;
  assert.deepEqual(differences(rbacVerbs(PAGE), [...requests, ...kubernetesRequests(written)]), [
    'exists, but is not documented: delete nodes',
  ]);
  const called = awsRequests('new DescribeNodegroupCommand({ name })');
  assert.deepEqual(differences(iamActions(PAGE), [...awsRequests(sources('src/adapters/aws')), ...called]), [
    'exists, but is not documented: DescribeNodegroup',
  ]);
});

/** Documented and granted already, and not asked for by the code yet. What the code asks for has no place here. */
const AHEAD: readonly string[] = [];

function explainedVerbs(page: string): readonly string[] {
  return rows(section(page, 'In Kubernetes')).map(
    ([resource, verb]) => `${codes(verb)[0]} ${codes(resource)[0]}`,
  );
}

test('docs/permissions.md explains each request to the API server, and no other', () => {
  const page = readText('docs/permissions.md');
  const requests = kubernetesRequests(sources('src/adapters/kubernetes'));
  assert.deepEqual(differences(explainedVerbs(page), [...requests, ...AHEAD]), []);
  assert.deepEqual(
    AHEAD.filter((each) => requests.includes(each)),
    [],
  );
  const without = page.replace(/^\| `events` \| `patch` .*\n/m, '');
  assert.deepEqual(differences(explainedVerbs(without), [...requests, ...AHEAD]), [
    'exists, but is not documented: patch events',
  ]);
});
