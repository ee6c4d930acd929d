/** The permissions and exit codes in docs/configuration.md against the requests that the code makes. */

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
  const more = PAGE.replace('`list`, `watch`', '`get`, `list`, `watch`');
  assert.deepEqual(differences(rbacVerbs(more), requests), ['documented, but does not exist: get pods']);
  const written = `{\n  verb: 'delete',\n  resource: 'nodes',\n  method: 'DELETE',\n}`;
  assert.deepEqual(differences(rbacVerbs(PAGE), [...requests, ...kubernetesRequests(written)]), [
    'exists, but is not documented: delete nodes',
  ]);
  const called = awsRequests('new DescribeNodegroupCommand({ name })');
  assert.deepEqual(differences(iamActions(PAGE), [...awsRequests(sources('src/adapters/aws')), ...called]), [
    'exists, but is not documented: DescribeNodegroup',
  ]);
});
