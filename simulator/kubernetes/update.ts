/** Changing objects: PUT and PATCH, of the whole object or of its status. */

import { isDeepStrictEqual } from 'node:util';
import { createObject } from './create.ts';
import { removeWhenReleased } from './deletion.ts';
import { present, stored } from './events.ts';
import { withManagedFields } from './managed-fields.ts';
import { isRecord, type JsonObject, type KubeObject, recordAt, withoutEmpty } from './object.ts';
import type { WriteOptions } from './options.ts';
import type { Target } from './paths.ts';
import { apiVersionOf, type Resource } from './resources.ts';
import { badRequest, conflict, invalid, kindWithGroup, notFound } from './status.ts';
import { checkDecodable } from './decoding.ts';
import { checkBody, validate, validateUpdate } from './validation.ts';
import type { World } from './world.ts';

type Named = Target & { readonly name: string };

export type Updated = { readonly object: KubeObject; readonly created: boolean };

export function putObject(world: World, target: Named, body: unknown, options: WriteOptions): Updated {
  const { name, namespace, resource } = target;
  const given = checkBody(resource, body, apiVersionOf(resource));
  checkNames(target, given);
  checkDecodable(resource, given);
  const before = world.store.get(resource.plural, namespace, name);
  if (before === undefined) {
    if (!resource.createOnUpdate || target.subresource !== undefined) throw notFound(resource, name);
    return { object: createObject(world, target, body, options), created: true };
  }
  const metadata: Partial<KubeObject['metadata']> = recordAt(given, 'metadata');
  if ((metadata.resourceVersion ?? '') === '' && !resource.unconditionalUpdate)
    throw versionMissing(resource, name);
  return {
    object: change(world, target, { before, body: stored(resource, given) }, options),
    created: false,
  };
}

/** A merge patch (RFC 7386). A strategic patch is merged the same way: its lists replace and do not merge. */
export function patchObject(world: World, target: Named, patch: unknown, options: WriteOptions): KubeObject {
  const { name, namespace, resource } = target;
  const before = world.store.get(resource.plural, namespace, name);
  if (before === undefined) throw notFound(resource, name);
  if (!isRecord(patch)) throw badRequest('the patch is not an object');
  const merged = mergePatch(present(resource, before), patch);
  if (!isRecord(merged)) throw badRequest('the patch is not an object');
  checkDecodable(resource, merged);
  checkNames(target, merged);
  return change(world, target, { before, body: stored(resource, merged) }, options);
}

function checkNames({ name, namespace }: Named, body: JsonObject): void {
  const metadata: Partial<KubeObject['metadata']> = recordAt(body, 'metadata');
  if (metadata.name !== name) {
    throw badRequest(
      `the name of the object (${metadata.name ?? ''}) does not match the name on the URL (${name})`,
    );
  }
  if (namespace !== undefined && metadata.namespace !== undefined && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

function change(
  world: World,
  { resource, subresource }: Named,
  { before, body }: { readonly before: KubeObject; readonly body: JsonObject },
  { dryRun, manager }: WriteOptions,
): KubeObject {
  checkIdentity(resource, before, recordAt(body, 'metadata'));
  const after =
    subresource === 'status' ? withStatusOf(before, body) : withoutStatusOf(resource, before, body);
  validate(resource, after);
  if (subresource !== 'status') validateUpdate(resource, before, after);
  const managed = withManagedFields(before, after, {
    manager,
    at: world.clock.now(),
    apiVersion: apiVersionOf(resource),
    ...(subresource === undefined ? {} : { subresource }),
  });
  if (dryRun) return managed;
  const replaced = world.store.replace(resource.plural, managed);
  removeWhenReleased(world.store, resource, replaced);
  return replaced;
}

function checkIdentity(
  resource: Resource,
  { metadata: { name, resourceVersion, uid } }: KubeObject,
  given: Partial<KubeObject['metadata']>,
): void {
  if (given.uid !== undefined && given.uid !== '' && given.uid !== uid) {
    const why = `Precondition failed: UID in precondition: ${given.uid}, UID in object meta: ${uid}`;
    throw conflict(resource, name, why);
  }
  if (!['', resourceVersion].includes(given.resourceVersion ?? '')) {
    const why = 'the object has been modified; please apply your changes to the latest version and try again';
    throw conflict(resource, name, why);
  }
}

function withStatusOf(before: KubeObject, body: JsonObject): KubeObject {
  return { ...before, status: recordAt(body, 'status') };
}

function withoutStatusOf(resource: Resource, before: KubeObject, body: JsonObject): KubeObject {
  const { metadata: _metadata, status, ...rest } = body;
  const kept = resource.hasStatus ? before.status : status;
  const next: KubeObject = {
    ...rest,
    apiVersion: before.apiVersion,
    kind: before.kind,
    metadata: metadataAfter(before, recordAt(body, 'metadata')),
  };
  const after = isRecord(kept) ? { ...next, status: kept } : next;
  if (!resource.hasGeneration || isDeepStrictEqual(after.spec, before.spec)) return after;
  const generation = (before.metadata.generation ?? 0) + 1;
  return { ...after, metadata: { ...after.metadata, generation } };
}

/** The caller's labels, annotations, owners and finalizers; all else is the server's. */
function metadataAfter(
  { metadata: before }: KubeObject,
  { annotations, finalizers, labels, ownerReferences }: Partial<KubeObject['metadata']>,
): KubeObject['metadata'] {
  const { annotations: _a, finalizers: _f, labels: _l, ownerReferences: _o, ...server } = before;
  return {
    ...server,
    ...withoutEmpty({
      ...(annotations === undefined ? {} : { annotations }),
      ...(finalizers === undefined ? {} : { finalizers }),
      ...(labels === undefined ? {} : { labels }),
      ...(ownerReferences === undefined ? {} : { ownerReferences }),
    }),
  };
}

function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const merged: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

function versionMissing(resource: Resource, name: string): Error {
  return invalid(kindWithGroup(resource), name, {
    field: 'metadata.resourceVersion',
    reason: 'FieldValueInvalid',
    message: 'Invalid value: 0: must be specified for an update',
  });
}
