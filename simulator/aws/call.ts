/** One call of the EKS API: which operations there are, and how an HTTP request names one. */

import { ApiError, serialization } from './api-error.ts';

export const OPERATIONS = [
  'CreatePodIdentityAssociation',
  'DescribePodIdentityAssociation',
  'ListPodIdentityAssociations',
  'UpdatePodIdentityAssociation',
  'DeletePodIdentityAssociation',
  'DescribeCluster',
  'ListClusters',
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** Path, query and body members together, by their names on the wire; the cluster is `name`, as CloudTrail has it. */
export type Params = Readonly<Record<string, unknown>>;

export type Call = { readonly operation: Operation; readonly params: Params };

type Route = { readonly method: string; readonly path: RegExp; readonly operation: Operation };

const ASSOCIATIONS = '/clusters/(?<name>[^/]+)/pod-identity-associations';
const ASSOCIATION = `${ASSOCIATIONS}/(?<associationId>[^/]+)`;

const ROUTES: readonly Route[] = [
  route('POST', ASSOCIATIONS, 'CreatePodIdentityAssociation'),
  route('GET', ASSOCIATIONS, 'ListPodIdentityAssociations'),
  route('GET', ASSOCIATION, 'DescribePodIdentityAssociation'),
  route('POST', ASSOCIATION, 'UpdatePodIdentityAssociation'),
  route('DELETE', ASSOCIATION, 'DeletePodIdentityAssociation'),
  route('GET', '/clusters/(?<name>[^/]+)', 'DescribeCluster'),
  route('GET', '/clusters', 'ListClusters'),
];

function route(method: string, path: string, operation: Operation): Route {
  return { method, path: new RegExp(`^${path}/?$`), operation };
}

/** Throws an ApiError for a request that names no operation or whose body is not a JSON object. */
export function parseCall(method: string, target: string, body: string): Call {
  const url = URL.parse(target, 'http://eks.invalid');
  if (url === null) throw serialization('The path is not well-formed.');
  for (const { method: wanted, path, operation } of ROUTES) {
    const match = wanted === method ? path.exec(url.pathname) : null;
    if (match === null) continue;
    const inPath = decoded(match.groups ?? {});
    return { operation, params: { ...parseBody(body), ...Object.fromEntries(url.searchParams), ...inPath } };
  }
  throw new ApiError(404, 'UnknownOperationException', `There is no operation ${method} ${url.pathname}.`);
}

function decoded(groups: Record<string, string>): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(groups).map(([key, value]) => [key, decodeURIComponent(value)]));
  } catch {
    throw serialization('The path is not well-formed.');
  }
}

function parseBody(body: string): Record<string, unknown> {
  if (body === '') return {};
  const value = parseJson(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw serialization('The body must be a JSON object.');
  }
  return { ...value };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw serialization('The body is not JSON.');
  }
}

/** A text member; undefined where it is missing or null. */
export function text(params: Params, name: string): string | undefined {
  const value = params[name] ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw serialization(`The member ${name} must be a string.`);
}

export function flag(params: Params, name: string): boolean | undefined {
  const value = params[name] ?? undefined;
  if (value === undefined || typeof value === 'boolean') return value;
  throw serialization(`The member ${name} must be a boolean.`);
}

export function textMap(params: Params, name: string): Record<string, string> | undefined {
  const value = params[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'object') throw serialization(`The member ${name} must be a map.`);
  const entries = Object.entries(value);
  if (entries.some(([, item]) => typeof item !== 'string')) {
    throw serialization(`The values of ${name} must be strings.`);
  }
  return Object.fromEntries(entries);
}
