/** Who may do what: bearer tokens, scripted RBAC denials, and the access review that tells of them. */

import type { Faults } from './faults.ts';
import { type JsonObject, recordAt, textAt } from './object.ts';
import type { RecordedRequest } from './requests.ts';
import { resourceText } from './requests.ts';
import { ApiError, badRequest } from './status.ts';

/** What anybody may ask, without a token. A wrong token is refused even there. */
const PUBLIC: ReadonlySet<string> = new Set(['/livez', '/readyz', '/healthz', '/version']);

/** 401 where tokens are demanded and the request has none of them. */
export function authenticate(
  path: string,
  authorization: string | undefined,
  tokens: readonly string[] | undefined,
): void {
  if (tokens === undefined || (authorization === undefined && PUBLIC.has(path))) return;
  const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
  if (token === undefined || !tokens.includes(token)) throw new ApiError(401, 'Unauthorized', 'Unauthorized');
}

export function authorize(request: RecordedRequest, faults: Faults, user: string): void {
  if (request.resource === '') return;
  const resource = resourceText(request);
  if (!faults.isDenied(request.verb, resource, request.namespace)) return;
  throw forbidden(request, user);
}

function forbidden(request: RecordedRequest, user: string): ApiError {
  const { group, name, namespace, verb } = request;
  const qualified = group === '' ? request.resource : `${request.resource}.${group}`;
  const subject = name === undefined ? qualified : `${qualified} "${name}"`;
  const place = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const what = `cannot ${verb} resource "${resourceText(request)}" in API group "${group}"`;
  return new ApiError(403, 'Forbidden', `${subject} is forbidden: User "${user}" ${what} ${place}`, {
    details: {
      ...(name === undefined ? {} : { name }),
      ...(group === '' ? {} : { group }),
      kind: request.resource,
    },
  });
}

/** SelfSubjectAccessReview: the review with its status filled in. */
export function reviewAccess(body: unknown, faults: Faults): JsonObject {
  const spec = recordAt(body, 'spec');
  const attributes = recordAt(spec, 'resourceAttributes');
  const verb = textAt(attributes, 'verb') ?? textAt(spec, 'nonResourceAttributes', 'verb');
  if (verb === undefined) {
    throw badRequest('exactly one of nonResourceAttributes or resourceAttributes must be specified');
  }
  const subresource = textAt(attributes, 'subresource') ?? '';
  const plural = textAt(attributes, 'resource') ?? '';
  const resource = subresource === '' ? plural : `${plural}/${subresource}`;
  const namespace = textAt(attributes, 'namespace') ?? '';
  const denied = faults.isDenied(verb, resource, namespace === '' ? undefined : namespace);
  return {
    kind: 'SelfSubjectAccessReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: {},
    spec,
    status: denied ? { allowed: false } : { allowed: true, reason: 'allowed by the simulator' },
  };
}
