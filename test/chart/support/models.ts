/** The published schemas of the kinds that the chart makes, and the names of their types. */

import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ClusterRole } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRole';
import { ClusterRoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/ClusterRoleBinding';
import { Role } from 'kubernetes-models/rbac.authorization.k8s.io/v1/Role';
import { RoleBinding } from 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import type { Manifest } from './manifest.ts';

type Model = {
  readonly apiVersion: string;
  readonly kind: string;
  new (data: never): { validate(): void };
};

type Known = {
  readonly model: Model;
  /** The module that has a type of the kind's name (with this prefix). */
  readonly types: string;
  readonly prefix?: string;
};

const OPERATOR = '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';

const KNOWN: readonly Known[] = [
  { model: ConfigMap, types: 'kubernetes-types/core/v1' },
  { model: Service, types: 'kubernetes-types/core/v1' },
  { model: ServiceAccount, types: 'kubernetes-types/core/v1' },
  { model: Deployment, types: 'kubernetes-types/apps/v1' },
  { model: PodDisruptionBudget, types: 'kubernetes-types/policy/v1' },
  { model: NetworkPolicy, types: 'kubernetes-types/networking/v1' },
  { model: Role, types: 'kubernetes-types/rbac/v1' },
  { model: RoleBinding, types: 'kubernetes-types/rbac/v1' },
  { model: ClusterRole, types: 'kubernetes-types/rbac/v1' },
  { model: ClusterRoleBinding, types: 'kubernetes-types/rbac/v1' },
  { model: ServiceMonitor, types: `${OPERATOR}/ServiceMonitor`, prefix: 'I' },
  { model: PrometheusRule, types: `${OPERATOR}/PrometheusRule`, prefix: 'I' },
];

function knownFor({ apiVersion, kind }: Manifest): Known {
  const found = KNOWN.find(({ model }) => model.apiVersion === apiVersion && model.kind === kind);
  if (found === undefined) throw new Error(`no schema is known for ${apiVersion} ${kind}`);
  return found;
}

/** Throws where a field has the wrong type or a required one is missing. Unknown fields pass: see `literal`. */
export function validate(manifest: Manifest): void {
  const { model: Model } = knownFor(manifest);
  new Model(manifest as never).validate();
}

/** The object as a typed literal, in which the compiler finds the fields that do not exist. */
export function literal(manifest: Manifest, name: string): string {
  const { types, prefix = '' } = knownFor(manifest);
  const type = `import('${types}').${prefix}${manifest.kind}`;
  return `export const ${name}: ${type} = ${JSON.stringify(manifest, undefined, 2)};\n`;
}
