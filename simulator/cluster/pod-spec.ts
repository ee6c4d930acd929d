/** The parts of pods that admission changes, and careful ways to change them without touching the rest. */

import type { Draft, JsonObject } from '../kubernetes/object.ts';
import { isRecord, listAt, recordAt, textAt } from '../kubernetes/object.ts';

export type EnvVar = { readonly name: string; readonly value: string };
export type VolumeMount = { readonly name: string; readonly mountPath: string; readonly readOnly: boolean };

export type Projection = {
  readonly volume: string;
  readonly audience?: string;
  readonly expirationSeconds: number;
  readonly path: string;
};

export function serviceAccountOf(pod: Draft): string {
  const named = textAt(pod, 'spec', 'serviceAccountName') ?? '';
  return named === '' ? 'default' : named;
}

export function withSpec<P extends Draft>(pod: P, spec: JsonObject): P {
  return { ...pod, spec: { ...recordAt(pod, 'spec'), ...spec } };
}

export function withLabel<P extends Draft>(pod: P, name: string, value: string): P {
  return { ...pod, metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, [name]: value } } };
}

/** Changes every container and init container that `change` is to see. */
export function mapContainers<P extends Draft>(
  pod: P,
  change: (container: JsonObject) => JsonObject,
  isSkipped: (name: string) => boolean = () => false,
): P {
  const changed = (list: string): JsonObject => {
    const containers = listAt(pod, 'spec', list).filter(isRecord);
    if (containers.length === 0) return {};
    return {
      [list]: containers.map((one) => (isSkipped(textAt(one, 'name') ?? '') ? one : change(one))),
    };
  };
  return withSpec(pod, { ...changed('initContainers'), ...changed('containers') });
}

/** A pod has at most one volume of a name; one that is there already stays as it is. */
export function addVolume<P extends Draft>(pod: P, volume: JsonObject, where: 'first' | 'last'): P {
  const volumes = listAt(pod, 'spec', 'volumes');
  if (hasNamed(volumes, volume['name'])) return pod;
  return withSpec(pod, { volumes: where === 'first' ? [volume, ...volumes] : [...volumes, volume] });
}

/** Adds what the container does not have: a variable by its name, a mount by its volume. */
export function addToContainer(
  container: JsonObject,
  env: readonly EnvVar[],
  mount: VolumeMount,
): JsonObject {
  const oldEnv = listAt(container, 'env');
  const oldMounts = listAt(container, 'volumeMounts');
  const newEnv = env.filter((variable) => !hasNamed(oldEnv, variable.name));
  const newMounts = hasNamed(oldMounts, mount.name) ? [] : [mount];
  const withEnv = newEnv.length === 0 ? container : { ...container, env: [...oldEnv, ...newEnv] };
  return { ...withEnv, volumeMounts: [...oldMounts, ...newMounts] };
}

/** A volume with one projected service account token. */
export function tokenVolume({ volume, audience, expirationSeconds, path }: Projection): JsonObject {
  const token = { ...(audience === undefined ? {} : { audience }), expirationSeconds, path };
  return { name: volume, projected: { sources: [{ serviceAccountToken: token }], defaultMode: 420 } };
}

function hasNamed(list: readonly unknown[], name: unknown): boolean {
  return list.some((one) => textAt(one, 'name') === name);
}
