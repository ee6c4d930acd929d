/** Pod Security "restricted", field by field, and how the pod ends. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DRAIN_TIME } from '../../src/controller/daemon.ts';
import { render, template } from './support/helm.ts';
import { at, only, podSpec } from './support/manifest.ts';
import { COMBINATIONS } from './support/matrix.ts';

/** The fields of the standard "restricted" (and of "baseline", which is part of it) that this pod breaks. */
function breaches(spec: unknown): readonly string[] {
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap(
    (list) => (at(spec, list) ?? []) as readonly unknown[],
  );
  const volumes = (at(spec, 'volumes') ?? []) as readonly object[];
  const allowed = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'projected', 'secret'];
  return [
    ...['hostNetwork', 'hostPID', 'hostIPC'].filter((field) => at(spec, field) === true),
    ...volumes
      .flatMap((volume) => Object.keys(volume))
      .filter((type) => ![...allowed, 'name'].includes(type)),
    ...contextBreaches(at(spec, 'securityContext'), 'pod'),
    ...containers.flatMap((container) => containerBreaches(container)),
  ];
}

function contextBreaches(context: unknown, of: string): readonly string[] {
  const rules: readonly (readonly [string, boolean])[] = [
    ['runAsNonRoot', at(context, 'runAsNonRoot') === true],
    ['runAsUser', at(context, 'runAsUser') !== 0],
    ['seccompProfile', at(context, 'seccompProfile', 'type') === 'RuntimeDefault'],
    ['sysctls', at(context, 'sysctls') === undefined],
    ['seLinuxOptions', at(context, 'seLinuxOptions') === undefined],
    ['appArmorProfile', at(context, 'appArmorProfile') === undefined],
    ['windowsOptions', at(context, 'windowsOptions') === undefined],
  ];
  return rules.filter(([, holds]) => !holds).map(([field]) => `${of}.${field}`);
}

function containerBreaches(container: unknown): readonly string[] {
  const context = at(container, 'securityContext');
  const ports = (at(container, 'ports') ?? []) as readonly unknown[];
  const rules: readonly (readonly [string, boolean])[] = [
    ['allowPrivilegeEscalation', at(context, 'allowPrivilegeEscalation') === false],
    ['privileged', at(context, 'privileged') !== true],
    ['readOnlyRootFilesystem', at(context, 'readOnlyRootFilesystem') === true],
    ['capabilities.drop', JSON.stringify(at(context, 'capabilities', 'drop')) === '["ALL"]'],
    ['capabilities.add', at(context, 'capabilities', 'add') === undefined],
    ['procMount', at(context, 'procMount') === undefined],
    ['hostPort', ports.every((port) => at(port, 'hostPort') === undefined)],
  ];
  return [
    ...rules.filter(([, holds]) => !holds).map(([field]) => `container.${field}`),
    ...contextBreaches(context, 'container'),
  ];
}

test('every combination is within Pod Security "restricted", with a read-only root', async () => {
  for (const { title, values, release } of COMBINATIONS) {
    assert.deepEqual(breaches(podSpec(await render(values, release))), [], title);
  }
});

/** The pod with another value at the path; undefined takes the field away. */
function turned(value: unknown, path: readonly (string | number)[], to: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return to;
  if (Array.isArray(value)) return value.map((each, i) => (i === step ? turned(each, rest, to) : each));
  return { ...(value as object), [step]: turned(at(value, step), rest, to) };
}

const CONTEXT = ['containers', 0, 'securityContext'] as const;
const FAULTS: readonly {
  readonly field: string;
  readonly path: readonly (string | number)[];
  readonly to?: unknown;
}[] = [
  { field: 'hostNetwork', path: ['hostNetwork'], to: true },
  { field: 'hostPath', path: ['volumes'], to: [{ name: 'v', hostPath: { path: '/' } }] },
  { field: 'pod.runAsNonRoot', path: ['securityContext', 'runAsNonRoot'] },
  { field: 'pod.runAsUser', path: ['securityContext', 'runAsUser'], to: 0 },
  { field: 'pod.seccompProfile', path: ['securityContext', 'seccompProfile'] },
  { field: 'container.privileged', path: [...CONTEXT, 'privileged'], to: true },
  { field: 'container.allowPrivilegeEscalation', path: [...CONTEXT, 'allowPrivilegeEscalation'] },
  { field: 'container.readOnlyRootFilesystem', path: [...CONTEXT, 'readOnlyRootFilesystem'] },
  { field: 'container.capabilities.drop', path: [...CONTEXT, 'capabilities'] },
  { field: 'container.capabilities.add', path: [...CONTEXT, 'capabilities', 'add'], to: ['NET_RAW'] },
  { field: 'container.hostPort', path: ['containers', 0, 'ports', 0, 'hostPort'], to: 8080 },
];

test('the check can fail: each field that is turned is found', async () => {
  const spec = podSpec(await render());
  for (const { field, path, to } of FAULTS) assert.deepEqual(breaches(turned(spec, path, to)), [field]);
});

test('the token is mounted into the pod, and by nobody else of that service account', async () => {
  const manifests = await render();
  assert.equal(at(podSpec(manifests), 'automountServiceAccountToken'), true);
  assert.equal(only(manifests, 'ServiceAccount')['automountServiceAccountToken'], false);
  assert.equal(at(podSpec(manifests), 'enableServiceLinks'), false);
});

/** src/adapters/kubernetes/events.ts writes what is left for 3 s; a hand-over takes 2 s at the most. */
const AFTER_THE_DRAIN = 5000;

test('the pod is given longer to end than draining and handing over take, and can be given no less', async () => {
  const needed = (DRAIN_TIME + AFTER_THE_DRAIN) / 1000;
  const grace = at(podSpec(await render()), 'terminationGracePeriodSeconds') as number;
  assert.ok(grace > needed + 5, `${grace} s, and ${needed} s are needed`);
  const least = Math.ceil(needed);
  assert.equal((await template({ terminationGracePeriodSeconds: least })).code, 1);
});

test('the probes ask for what the daemon serves, on its port', async () => {
  for (const values of [{}, { ports: { metrics: 9090, status: 9091 } }]) {
    const container = at(podSpec(await render(values)), 'containers', 0);
    const paths = ['startupProbe', 'livenessProbe', 'readinessProbe'].map((probe) => {
      assert.equal(at(container, probe, 'httpGet', 'port'), 'metrics');
      return at(container, probe, 'httpGet', 'path');
    });
    assert.deepEqual(paths, ['/livez', '/livez', '/readyz']);
    assert.equal(at(container, 'ports', 0, 'name'), 'metrics');
    assert.equal(at(container, 'ports', 0, 'containerPort'), values.ports?.metrics ?? 8080);
  }
});
