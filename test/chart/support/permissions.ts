/** What the rendered roles allow the daemon, one permission a row, to be compared with the calls that it makes. */

import type { Values } from './helm.ts';
import { render } from './helm.ts';
import type { Manifest } from './manifest.ts';
import { ofKind, only } from './manifest.ts';

export type Permission = {
  /** Empty for the core group. */
  readonly apiGroup: string;
  /** With its subresource: `pods/eviction`. */
  readonly resource: string;
  readonly verb: string;
  /** `cluster`, or the one namespace in which it holds. */
  readonly scope: string;
  /** The one object that it is limited to. */
  readonly name?: string;
};

type Rule = {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
};

type Binding = Manifest & {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
};

/** Every permission of the daemon under these values, in order. */
export async function permissionsUnder(values: Values = {}): Promise<readonly Permission[]> {
  return permissionsOf(await render(values));
}

/** Only what is bound to the daemon's service account counts: a role without a binding allows nothing. */
export function permissionsOf(manifests: readonly Manifest[]): readonly Permission[] {
  const account = only(manifests, 'ServiceAccount').metadata;
  const bindings = [...ofKind(manifests, 'ClusterRoleBinding'), ...ofKind(manifests, 'RoleBinding')];
  return (bindings as readonly unknown[] as readonly Binding[])
    .filter(({ subjects }) =>
      subjects.some(
        ({ kind, name, namespace }) =>
          kind === 'ServiceAccount' && name === account.name && namespace === account.namespace,
      ),
    )
    .flatMap((binding) => granted(binding, roleOf(manifests, binding)))
    .toSorted((a, b) => text(a).localeCompare(text(b)));
}

/** The permission as one line, for tables. */
export function text({ apiGroup, resource, verb, scope, name }: Permission): string {
  const what = apiGroup === '' ? resource : `${resource}.${apiGroup}`;
  return `${verb} ${name === undefined ? what : `${what}/${name}`} in ${scope}`;
}

function roleOf(manifests: readonly Manifest[], { roleRef, metadata }: Binding): readonly Rule[] {
  const namespace = roleRef.kind === 'Role' ? metadata.namespace : undefined;
  const role = ofKind(manifests, roleRef.kind).find(
    (each) => each.metadata.name === roleRef.name && each.metadata.namespace === namespace,
  );
  if (role === undefined) throw new Error(`${metadata.name} binds a role that is not there: ${roleRef.name}`);
  return role['rules'] as readonly Rule[];
}

function granted({ kind, metadata }: Binding, rules: readonly Rule[]): readonly Permission[] {
  const scope = kind === 'ClusterRoleBinding' ? 'cluster' : (metadata.namespace ?? '');
  return rules.flatMap(({ apiGroups, resources, verbs, resourceNames = [undefined] }) =>
    apiGroups.flatMap((apiGroup) =>
      resources.flatMap((resource) =>
        verbs.flatMap((verb) =>
          resourceNames.map((name) => ({
            apiGroup,
            resource,
            verb,
            scope,
            ...(name === undefined ? {} : { name }),
          })),
        ),
      ),
    ),
  );
}
