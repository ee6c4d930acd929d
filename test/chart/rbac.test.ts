/** The roles of the chart against the calls of the daemon, in both directions: nothing is refused, and nothing is idle. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesCall } from '../../simulator/calls.ts';
import type { FastRun } from './support/fast-run.ts';
import { fastRun } from './support/fast-run.ts';
import type { Values } from './support/helm.ts';
import type { Permission } from './support/permissions.ts';
import { permissionsUnder, text } from './support/permissions.ts';

type ResourceCall = Extract<KubernetesCall, { readonly resource: string }>;

/** Paths that are no resource's, such as that of the issuer, are open to every service account. */
function callsOf({ simulator, user }: FastRun): readonly ResourceCall[] {
  return simulator.calls({ user }).kubernetes.filter((call) => 'resource' in call);
}

function covers(permission: Permission, call: ResourceCall): boolean {
  const { subresource, resource } = call;
  return (
    permission.verb === call.verb &&
    permission.apiGroup === call.apiGroup &&
    permission.resource === (subresource === undefined ? resource : `${resource}/${subresource}`) &&
    (permission.scope === 'cluster' || permission.scope === call.namespace) &&
    (permission.name === undefined || permission.name === call.name)
  );
}

/** A Role in each namespace that is watched: one that is used in either is not idle. */
const WATCHED = ['team-a', 'team-b'];

function usedBy(permission: Permission, call: ResourceCall): boolean {
  if (!WATCHED.includes(permission.scope)) return covers(permission, call);
  return WATCHED.some((scope) => covers({ ...permission, scope }, call));
}

function idle(permissions: readonly Permission[], calls: readonly ResourceCall[]): readonly string[] {
  return permissions.filter((each) => !calls.some((call) => usedBy(each, call))).map(text);
}

function refused({ simulator, user }: FastRun): readonly string[] {
  return simulator.kubernetes.requests
    .all()
    .filter((request) => request.user === user && request.status === 403)
    .map(({ verb, path }) => `${verb} ${path}`);
}

function uncovered(permissions: readonly Permission[], calls: readonly ResourceCall[]): readonly string[] {
  return calls
    .filter((call) => !permissions.some((each) => covers(each, call)))
    .map((call) => JSON.stringify(call));
}

const SETTINGS = { REVOKER_DEADLINE: '7m' };

type Row = {
  readonly title: string;
  readonly values: Values;
  readonly settings: Readonly<Record<string, string>>;
};

const ROWS: readonly Row[] = [
  { title: 'by default', values: {}, settings: SETTINGS },
  {
    title: 'with force',
    values: { force: true },
    settings: { ...SETTINGS, REVOKER_FORCE: 'true' },
  },
  {
    title: 'limited to namespaces',
    values: { namespaces: ['team-a', 'team-b'] },
    settings: { ...SETTINGS, REVOKER_NAMESPACES: 'team-a,team-b' },
  },
  { title: 'in dry-run', values: { mode: 'dry-run' }, settings: { ...SETTINGS, REVOKER_MODE: 'dry-run' } },
];

for (const { title, values, settings } of ROWS) {
  test(`${title}: the daemon is refused nothing, and uses all that it is granted`, async () => {
    const permissions = await permissionsUnder(values);
    const run = await fastRun(
      permissions,
      settings,
      (sofar) => idle(permissions, callsOf(sofar)).length === 0,
    );
    const calls = callsOf(run);
    assert.deepEqual(refused(run), []);
    assert.deepEqual(uncovered(permissions, calls), []);
    assert.deepEqual(idle(permissions, calls), []);
  });
}

test('the comparison can fail: a permission less is a refusal, one more is idle', async () => {
  const permissions = await permissionsUnder();
  const planted: Permission = { apiGroup: '', resource: 'secrets', verb: 'get', scope: 'cluster' };
  const call = {
    verb: 'create',
    apiGroup: '',
    resource: 'pods',
    subresource: 'eviction',
    namespace: 'a',
    name: 'p',
  };
  assert.deepEqual(idle([planted], [call]), ['get secrets in cluster']);
  assert.deepEqual(uncovered(permissions, [call]), []);
  assert.equal(
    uncovered(
      permissions.filter(({ resource }) => resource !== 'pods/eviction'),
      [call],
    ).length,
    1,
  );
  const elsewhere = {
    verb: 'get',
    apiGroup: '',
    resource: 'configmaps',
    namespace: 'revoker',
    name: 'other',
  };
  assert.equal(uncovered(permissions, [elsewhere]).length, 1, 'the name of an object counts');
});
