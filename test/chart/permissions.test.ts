/** What the daemon may do, word for word, and that no value gives it more. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { render } from './support/helm.ts';
import { at, ofKind } from './support/manifest.ts';
import { COMBINATIONS } from './support/matrix.ts';
import { type Permission, permissionsOf, permissionsUnder, text } from './support/permissions.ts';

const OWN = [
  'create configmaps in revoker',
  'create leases.coordination.k8s.io in revoker',
  'get configmaps/pod-identity-revoker-ledger in revoker',
  'get leases.coordination.k8s.io/pod-identity-revoker in revoker',
  'get pods in revoker',
  'update configmaps/pod-identity-revoker-ledger in revoker',
  'update leases.coordination.k8s.io/pod-identity-revoker in revoker',
];

function lookingIn(scope: string): readonly string[] {
  return ['list pods', 'watch pods'].map((each) => `${each} in ${scope}`);
}

function tellingIn(scope: string): readonly string[] {
  return ['create events', 'patch events'].map((each) => `${each} in ${scope}`);
}

function evictingIn(scope: string): readonly string[] {
  const evicting = [`create pods/eviction in ${scope}`, `list poddisruptionbudgets.policy in ${scope}`];
  return [...evicting, ...tellingIn(scope)];
}

async function lines(values: Record<string, unknown>): Promise<readonly string[]> {
  return (await permissionsUnder(values)).map(text);
}

function sorted(...lists: readonly (readonly string[])[]): readonly string[] {
  return [...new Set(lists.flat())].toSorted((a, b) => a.localeCompare(b));
}

test('by default: pods of the whole cluster are seen and evicted, and never deleted', async () => {
  assert.deepEqual(await lines({}), sorted(lookingIn('cluster'), OWN, evictingIn('cluster')));
});

test('with force, and only then, pods may be deleted', async () => {
  assert.deepEqual(
    await lines({ force: true }),
    sorted(lookingIn('cluster'), OWN, evictingIn('cluster'), ['delete pods in cluster']),
  );
});

test('in dry-run nothing may be written but Events on the own Deployment, whatever else is set', async () => {
  const ledger = ['get configmaps/pod-identity-revoker-ledger in revoker'];
  assert.deepEqual(
    await lines({ mode: 'dry-run', force: true }),
    sorted(lookingIn('cluster'), tellingIn('revoker'), ledger, ['get pods in revoker']),
  );
});

test('with namespaces there is nothing for the whole cluster, only a Role in each', async () => {
  const manifests = await render({ namespaces: ['team-a', 'team-b'], force: true });
  const each = ['team-a', 'team-b'].map((namespace) => [
    ...lookingIn(namespace),
    ...evictingIn(namespace),
    `delete pods in ${namespace}`,
  ]);
  const own = [...OWN, ...tellingIn('revoker')];
  assert.deepEqual(permissionsOf(manifests).map(text), sorted(...each, own));
  assert.deepEqual([...ofKind(manifests, 'ClusterRole'), ...ofKind(manifests, 'ClusterRoleBinding')], []);
});

test('the own namespace may be one of those that are watched: no two roles have one name', async () => {
  const manifests = await render({ namespaces: ['revoker'] });
  const names = ofKind(manifests, 'Role').map(({ metadata }) => metadata.name);
  assert.equal(new Set(names).size, names.length);
  assert.deepEqual(
    sorted(permissionsOf(manifests).map(text)),
    sorted(lookingIn('revoker'), OWN, evictingIn('revoker')),
  );
});

test('no rule has an asterisk, in any combination, and nobody reads secrets', async () => {
  for (const { title, values, release } of COMBINATIONS) {
    const manifests = await render(values, release);
    const rules = [...ofKind(manifests, 'Role'), ...ofKind(manifests, 'ClusterRole')].flatMap(
      (role) => at(role, 'rules') as readonly unknown[],
    );
    assert.doesNotMatch(JSON.stringify(rules), /\*|secrets|"(?:escalate|bind|impersonate)"/, title);
  }
});

test('people who may pause and release get the ledger and a way to the status API, and nothing else', async () => {
  const subjects = [{ kind: 'Group', name: 'sre', apiGroup: 'rbac.authorization.k8s.io' }];
  const manifests = await render({ operatorRole: { create: true, subjects } });
  const role = ofKind(manifests, 'Role').find(({ metadata }) => metadata.name.endsWith('-operator'));
  const binding = ofKind(manifests, 'RoleBinding').find(({ metadata }) =>
    metadata.name.endsWith('-operator'),
  );
  assert.deepEqual(at(role, 'rules'), [
    {
      apiGroups: [''],
      resources: ['configmaps'],
      resourceNames: ['pod-identity-revoker-ledger'],
      verbs: ['get', 'patch'],
    },
    { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
    { apiGroups: [''], resources: ['pods/portforward'], verbs: ['create'] },
  ]);
  assert.deepEqual(at(binding, 'subjects'), subjects);
  assert.deepEqual(permissionsOf(manifests), await permissionsUnder());
});

test('the reading can fail: a rule more, and a role that nobody is bound to, are told apart', async () => {
  const manifests = await render();
  const rules = (more: readonly object[]): readonly Permission[] =>
    permissionsOf(
      manifests.map((each) =>
        each.kind === 'ClusterRole'
          ? { ...each, rules: [...(at(each, 'rules') as readonly object[]), ...more] }
          : each,
      ),
    );
  const planted = rules([{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]);
  assert.deepEqual(
    planted.map(text).filter((line) => line.includes('secrets')),
    ['get secrets in cluster'],
  );
  const unbound = manifests.filter(({ kind }) => kind !== 'ClusterRoleBinding');
  assert.deepEqual(permissionsOf(unbound).map(text), sorted(OWN));
});
