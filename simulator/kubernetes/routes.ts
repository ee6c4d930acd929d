/** Which request does what, watches apart. */

import { reviewAccess } from './access.ts';
import { createObject } from './create.ts';
import { deleteObject } from './deletion.ts';
import { describeServer } from './discovery.ts';
import { listText } from './encode.ts';
import { evict } from './eviction.ts';
import { isRecord, type KubeObject } from './object.ts';
import { deleteOptionsOf, isDryRun, writeOptionsOf } from './options.ts';
import type { Target } from './paths.ts';
import { LIST_TYPE, listBytes, speaksProtobuf } from './pod-bytes.ts';
import { selectionOf } from './selection.ts';
import { shapedList, shapedObject } from './shapes.ts';
import { ApiError, badRequest, methodNotAllowed, noSuchPath, notFound, success } from './status.ts';
import { requestToken } from './token-request.ts';
import { patchObject, putObject } from './update.ts';
import { type Answer, type Call, json, type World } from './world.ts';

const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

const PATCH_TYPES: ReadonlySet<string> = new Set([
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
]);

type Named = Target & { readonly name: string };

type Context = { readonly world: World; readonly target: Target; readonly call: Call };

export function answer(world: World, target: Target | undefined, call: Call): Answer {
  if (target === undefined) return answerOther(world, call);
  const { name, subresource } = target;
  if (name === undefined) return answerCollection(world, target, call);
  const named = { ...target, name };
  switch (subresource) {
    case undefined:
      return answerObject(world, named, call);
    case 'status':
      return answerStatus(world, named, call);
    case 'eviction':
      return answerEviction(world, named, call);
    case 'token':
      return answerToken(world, named, call);
    default:
      throw noSuchPath();
  }
}

function answerOther(world: World, { body, request }: Call): Answer {
  if (request.path === REVIEWS && request.method === 'POST')
    return json(201, reviewAccess(body, world.faults));
  const described = request.method === 'GET' ? describeServer(world, request.path) : undefined;
  if (described === undefined) throw noSuchPath();
  return described;
}

function answerCollection(world: World, target: Target, call: Call): Answer {
  switch (call.request.verb) {
    case 'list':
      return list(world, target, call);
    case 'create':
      return one(201, { world, target, call }, createObject(world, target, call.body, writeOptionsOf(call)));
    case 'deletecollection':
      return deleteCollection(world, target, call);
    default:
      throw methodNotAllowed();
  }
}

function answerObject(world: World, target: Named, call: Call): Answer {
  switch (call.request.verb) {
    case 'get':
      return one(200, { world, target, call }, existing(world, target));
    case 'update': {
      const { created, object } = putObject(world, target, call.body, writeOptionsOf(call));
      return one(created ? 201 : 200, { world, target, call }, object);
    }
    case 'patch':
      return patch(world, target, call);
    case 'delete':
      return remove(world, target, call);
    default:
      throw methodNotAllowed();
  }
}

function answerStatus(world: World, target: Named, call: Call): Answer {
  if (!target.resource.hasStatus) throw noSuchPath();
  if (call.request.verb === 'delete' || call.request.verb === 'create') throw methodNotAllowed();
  return answerObject(world, target, call);
}

function answerEviction(world: World, target: Named, { body, query, request }: Call): Answer {
  if (target.resource.plural !== 'pods') throw noSuchPath();
  if (request.verb !== 'create') throw methodNotAllowed();
  if (!isRecord(body))
    throw badRequest('the object provided is unrecognized (must be of type Object): no Eviction');
  if (!isDryRun(query)) return json(201, evict(world, target, body));
  const options = isRecord(body['deleteOptions']) ? body['deleteOptions'] : {};
  return json(201, evict(world, target, { ...body, deleteOptions: { ...options, dryRun: ['All'] } }));
}

function answerToken(world: World, target: Named, { body, request }: Call): Answer {
  if (target.resource.plural !== 'serviceaccounts') throw noSuchPath();
  if (request.verb !== 'create') throw methodNotAllowed();
  return json(201, requestToken(world, existing(world, target), body));
}

function list(world: World, target: Target, call: Call): Answer {
  const page = world.pager.list(target.resource, selectionOf(target, call.query), call.query);
  if (speaksProtobuf(target, call)) return { code: 200, text: listBytes(page), headers: LIST_TYPE };
  return { code: 200, text: shapedList(call.shape, target.resource, page, world.clock.now()) };
}

function one(code: number, { call, target, world }: Context, object: KubeObject): Answer {
  return { code, text: shapedObject(call.shape, target.resource, object, world.clock.now()) };
}

function existing(world: World, { name, namespace, resource }: Named): KubeObject {
  const object = world.store.get(resource.plural, namespace, name);
  if (object === undefined) throw notFound(resource, name);
  return object;
}

function patch(world: World, target: Named, call: Call): Answer {
  const type = (call.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  if (!PATCH_TYPES.has(type)) {
    const accepted = [...PATCH_TYPES].join(', ');
    const message = `the body of the request was in an unknown format - accepted media types include: ${accepted}`;
    throw new ApiError(415, 'UnsupportedMediaType', message);
  }
  return one(200, { world, target, call }, patchObject(world, target, call.body, writeOptionsOf(call)));
}

/** A pod is told back as it is; of anything else that is gone at once only the success is told. */
function remove(world: World, target: Named, call: Call): Answer {
  const object = existing(world, target);
  const { resource } = target;
  const options = deleteOptionsOf(call.body, call.query);
  const deleted = deleteObject({ store: world.store, now: world.clock.now() }, resource, object, options);
  if (resource.plural === 'pods' || !deleted.gone) return one(200, { world, target, call }, deleted.object);
  const group = resource.group === '' ? {} : { group: resource.group };
  const { name, uid } = object.metadata;
  return json(200, success(undefined, { name, ...group, kind: resource.plural, uid }));
}

function deleteCollection(world: World, target: Target, call: Call): Answer {
  const options = deleteOptionsOf(call.body, call.query);
  const page = world.pager.list(target.resource, selectionOf(target, call.query), new URLSearchParams());
  for (const object of page.items) {
    deleteObject({ store: world.store, now: world.clock.now() }, target.resource, object, options);
  }
  return { code: 200, text: listText(target.resource, page) };
}
