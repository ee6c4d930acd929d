/** Creating objects: names, defaults, admission, validation. */

import { randomInt } from 'node:crypto';
import { stored } from './events.ts';
import { withManagedFields } from './managed-fields.ts';
import {
  type Draft,
  type JsonObject,
  type KubeObject,
  listAt,
  recordAt,
  textAt,
  wholeSeconds,
  withoutEmpty,
} from './object.ts';
import type { WriteOptions } from './options.ts';
import type { Target } from './paths.ts';
import { apiVersionOf, findResource, type Resource } from './resources.ts';
import {
  alreadyExists,
  ApiError,
  badRequest,
  invalid,
  kindWithGroup,
  methodNotAllowed,
  namespaceTerminating,
  notFound,
} from './status.ts';
import { checkDecodable } from './decoding.ts';
import { checkBody, validate } from './validation.ts';
import type { World } from './world.ts';

/** The letters of generated name suffixes: without vowels and what looks alike. */
const SUFFIX_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

export function createObject(
  world: World,
  target: Target,
  body: unknown,
  { dryRun, manager }: WriteOptions,
): KubeObject {
  const { namespace, resource } = target;
  if (resource.namespaced && namespace === undefined) throw methodNotAllowed();
  const given = checkBody(resource, body, apiVersionOf(resource));
  checkDecodable(resource, given);
  const draft = prepare(world, target, stored(resource, given));
  const object = resource.plural === 'pods' ? admit(world, draft) : draft;
  validate(resource, object);
  const { name } = object.metadata;
  if (world.store.get(resource.plural, namespace, name) !== undefined) throw alreadyExists(resource, name);
  const writer = { manager, at: world.clock.now(), apiVersion: apiVersionOf(resource) };
  const managed = withManagedFields(undefined, object, writer);
  return dryRun ? managed : world.store.create(resource.plural, managed);
}

function prepare(world: World, { namespace, resource }: Target, body: JsonObject): KubeObject {
  const metadata: Partial<KubeObject['metadata']> = recordAt(body, 'metadata');
  if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== '') {
    throw new ApiError(500, 'InternalError', 'resourceVersion should not be set on objects to be created');
  }
  checkNamespace(world, namespace, metadata.namespace);
  checkNotTerminating(world, { namespace, resource }, metadata.name);
  const draft: Draft = {
    ...body,
    apiVersion: textAt(body, 'apiVersion') ?? '',
    kind: resource.kind,
    metadata: {
      ...withoutEmpty(metadata),
      ...(namespace === undefined ? {} : { namespace }),
      ...(resource.hasGeneration ? { generation: 1 } : {}),
    },
  };
  return withDefaults(resource, {
    ...draft,
    metadata: {
      ...draft.metadata,
      name: nameOf(resource, metadata),
      uid: '',
      resourceVersion: '',
      creationTimestamp: wholeSeconds(world.clock.now()),
    },
  });
}

function checkNamespace(world: World, namespace: string | undefined, inBody: string | undefined): void {
  if (namespace === undefined) return;
  if (inBody !== undefined && inBody !== '' && inBody !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const namespaces = findResource('', 'v1', 'namespaces');
  if (namespaces === undefined || !world.requireNamespaces) return;
  if (world.store.get('namespaces', undefined, namespace) === undefined)
    throw notFound(namespaces, namespace);
}

/** A namespace on its way out takes nothing new. */
function checkNotTerminating(
  { store }: World,
  { namespace = '', resource }: Pick<Target, 'namespace' | 'resource'>,
  name = '',
): void {
  const phase = textAt(store.get('namespaces', undefined, namespace), 'status', 'phase');
  if (phase === 'Terminating') throw namespaceTerminating(resource, { namespace, name });
}

function nameOf(resource: Resource, { generateName, name }: Partial<KubeObject['metadata']>): string {
  if (name !== undefined && name !== '') return name;
  if (generateName === undefined || generateName === '') {
    throw invalid(kindWithGroup(resource), '', {
      field: 'metadata.name',
      reason: 'FieldValueRequired',
      message: 'Required value: name or generateName is required',
    });
  }
  const suffix = Array.from({ length: 5 }, () => SUFFIX_LETTERS[randomInt(SUFFIX_LETTERS.length)]);
  return `${generateName.slice(0, 58)}${suffix.join('')}`;
}

/** A status in the body is not listened to, but for nodes. */
function withDefaults(resource: Resource, object: KubeObject): KubeObject {
  switch (resource.plural) {
    case 'pods':
      return podDefaults(object);
    case 'namespaces':
      return namespaceDefaults(object);
    case 'nodes':
      return object;
    default:
      return resource.hasStatus ? { ...object, status: {} } : object;
  }
}

/** The label is for selectors of namespaces by name. */
function namespaceDefaults({ metadata, ...object }: KubeObject): KubeObject {
  const labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
  const spec = { finalizers: ['kubernetes'] };
  return { ...object, metadata: { ...metadata, labels }, spec, status: { phase: 'Active' } };
}

function podDefaults(pod: KubeObject): KubeObject {
  const account =
    textAt(pod, 'spec', 'serviceAccountName') ?? textAt(pod, 'spec', 'serviceAccount') ?? 'default';
  return {
    ...pod,
    spec: {
      restartPolicy: 'Always',
      terminationGracePeriodSeconds: 30,
      dnsPolicy: 'ClusterFirst',
      schedulerName: 'default-scheduler',
      ...pod.spec,
      containers: listAt(pod, 'spec', 'containers'),
      serviceAccountName: account,
      serviceAccount: account,
    },
    status: { phase: 'Pending', qosClass: 'BestEffort' },
  };
}

/** Each mutating webhook sees what the one before it made. */
function admit(world: World, pod: KubeObject): KubeObject {
  let admitted = pod;
  for (const mutate of world.admission) admitted = mutate(admitted);
  return admitted;
}
