/** What a request is about, read from its method, path and query. */

import type { Resource } from './resources.ts';
import { findResource } from './resources.ts';

/** A resource path, resolved. */
export type Target = {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
};

/** Undefined for a path that names no resource that we know: health, discovery, or nothing. */
export function targetOf(pathname: string): Target | undefined {
  const [root, one = '', two = '', ...rest] = decoded(pathname);
  if (root === 'api') return locate('', one, two === '' ? [] : [two, ...rest]);
  return root === 'apis' ? locate(one, two, rest) : undefined;
}

function decoded(pathname: string): readonly string[] {
  try {
    return pathname
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
  } catch {
    return [];
  }
}

function locate(group: string, version: string, parts: readonly string[]): Target | undefined {
  const [first, second, third] = parts;
  const isInNamespace = first === 'namespaces' && third !== undefined && !isSubresource(third);
  const [plural = '', name, subresource, ...more] = isInNamespace ? parts.slice(2) : parts;
  const resource = findResource(group, version, plural);
  if (resource === undefined || more.length > 0) return undefined;
  if (!isWellPlaced(resource, isInNamespace, name)) return undefined;
  return { resource, namespace: isInNamespace ? second : undefined, name, subresource };
}

/** Only a list or watch of a namespaced resource may leave the namespace out. */
function isWellPlaced(resource: Resource, isInNamespace: boolean, name: string | undefined): boolean {
  return resource.namespaced ? isInNamespace || name === undefined : !isInNamespace;
}

/** `namespaces/x/status` is about the namespace, `namespaces/x/pods` about what is in it. */
function isSubresource(part: string): boolean {
  return part === 'status' || part === 'finalize';
}

/** The verb as RBAC names it. */
export function verbOf(method: string, target: Target, query: URLSearchParams): string {
  switch (method) {
    case 'GET':
    case 'HEAD':
      if (isYes(query.get('watch'))) return 'watch';
      return target.name === undefined ? 'list' : 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return target.name === undefined ? 'deletecollection' : 'delete';
    default:
      return method.toLowerCase();
  }
}

export function isYes(value: string | null): boolean {
  return value === 'true' || value === '1' || value === '';
}
