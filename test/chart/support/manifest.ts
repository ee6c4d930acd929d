/** Rendered objects, and how the tests look into them. */

export type Manifest = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
};

export function ofKind(manifests: readonly Manifest[], kind: string): readonly Manifest[] {
  return manifests.filter((each) => each.kind === kind);
}

export function only(manifests: readonly Manifest[], kind: string): Manifest {
  const [first, ...more] = ofKind(manifests, kind);
  if (first === undefined || more.length > 0) {
    throw new Error(`${more.length + (first ? 1 : 0)} objects of kind ${kind}`);
  }
  return first;
}

/** Kind, namespace and name: what tells two objects of a cluster apart. */
export function key({ kind, metadata: { namespace, name } }: Manifest): string {
  return [kind, namespace, name].filter((part) => part !== undefined).join('/');
}

/** What is at a path of fields and indices; undefined where the path ends early. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (found, step) =>
      typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[step] : undefined,
    value,
  );
}

export type EnvVariable = {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
};

export function podSpec(manifests: readonly Manifest[]): unknown {
  return at(only(manifests, 'Deployment'), 'spec', 'template', 'spec');
}

export function variables(manifests: readonly Manifest[]): readonly EnvVariable[] {
  return at(podSpec(manifests), 'containers', 0, 'env') as readonly EnvVariable[];
}

/** The environment as the process sees it, in a pod called revoker-1 of the namespace revoker. */
export function environment(manifests: readonly Manifest[]): Readonly<Record<string, string>> {
  const fields: Readonly<Record<string, string>> = {
    'metadata.namespace': 'revoker',
    'metadata.name': 'revoker-1',
  };
  return Object.fromEntries(
    variables(manifests).map(({ name, value, valueFrom }) => [
      name,
      value ?? fields[valueFrom?.fieldRef?.fieldPath ?? ''] ?? '',
    ]),
  );
}
