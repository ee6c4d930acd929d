/** Who may do what: bearer tokens, RBAC rules, scripted denials, and the access review that tells of them. */

import type { Faults } from './faults.ts';
import { type JsonObject, recordAt, textAt } from './object.ts';
import { EVERYBODY, isAllowed, type Wish } from './rbac.ts';
import { resourceText } from './requests.ts';
import type { ServiceAccountTokens, TokenCaller } from './service-account-tokens.ts';
import { ApiError, badRequest } from './status.ts';

/** What anybody may ask, without a token. A wrong token is refused even there. */
const PUBLIC: ReadonlySet<string> = new Set(['/livez', '/readyz', '/healthz', '/version']);

export type Gate = {
  /** Where given, a request without one of these, or one that the cluster issued, is answered 401. */
  readonly tokens: readonly string[] | undefined;
  readonly issued: ServiceAccountTokens;
  /** Who callers are that the cluster issued no token for. */
  readonly user: string;
};

/** Who calls; 401 where tokens are demanded and the request has none of them. */
export function authenticate(path: string, authorization: string | undefined, gate: Gate): TokenCaller {
  const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '';
  const known = gate.issued.userOf(token);
  if (known === 'expired') throw unauthorized();
  if (known !== undefined) return known;
  const isPublic = authorization === undefined && PUBLIC.has(path);
  if (isPublic || gate.tokens === undefined || gate.tokens.includes(token)) {
    return { user: gate.user, pod: undefined };
  }
  throw unauthorized();
}

function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized', 'Unauthorized');
}

/**
 * Who a request is made as: the caller, or whom the caller names in Impersonate-User, which takes a permission of
 * its own. Groups and uids are not looked at.
 */
export function actingAs(
  caller: TokenCaller,
  impersonated: string | undefined,
  faults: Faults,
): TokenCaller & { readonly isImpersonated: boolean } {
  if (impersonated === undefined || impersonated === caller.user) return { ...caller, isImpersonated: false };
  const nothing = { subresource: undefined, namespace: undefined, path: '' };
  const wish = { ...nothing, verb: 'impersonate', group: '', resource: 'users', name: impersonated };
  authorize(wish, faults, caller.user);
  return { user: impersonated, pod: undefined, isImpersonated: true };
}

/** Nothing is bound to whom somebody else only names: such a user may do what everybody may. */
export function authorizeNobody(request: Wish, user: string): void {
  if (isAllowed([EVERYBODY], request)) return;
  throw request.resource === '' ? pathForbidden(request, user) : forbidden(request, user);
}

export function authorize(request: Wish, faults: Faults, user: string): void {
  if (faults.isDenied(request))
    throw request.resource === '' ? pathForbidden(request, user) : forbidden(request, user);
}

function pathForbidden({ path, verb }: Wish, user: string): ApiError {
  const message = `forbidden: User "${user}" cannot ${verb} path "${path}"`;
  return new ApiError(403, 'Forbidden', message, { details: {} });
}

function forbidden(request: Wish, user: string): ApiError {
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
  const denied = faults.isDenied(wishOf(spec));
  return {
    kind: 'SelfSubjectAccessReview',
    apiVersion: 'authorization.k8s.io/v1',
    metadata: {},
    spec,
    status: denied ? { allowed: false } : { allowed: true, reason: 'allowed by the simulator' },
  };
}

function wishOf(spec: JsonObject): Wish {
  const attributes = recordAt(spec, 'resourceAttributes');
  const verb = textAt(attributes, 'verb') ?? textAt(spec, 'nonResourceAttributes', 'verb');
  if (verb === undefined) {
    throw badRequest('exactly one of nonResourceAttributes or resourceAttributes must be specified');
  }
  return {
    verb,
    group: textAt(attributes, 'group') ?? '',
    resource: textAt(attributes, 'resource') ?? '',
    subresource: filled(textAt(attributes, 'subresource')),
    namespace: filled(textAt(attributes, 'namespace')),
    name: filled(textAt(attributes, 'name')),
    path: textAt(spec, 'nonResourceAttributes', 'path') ?? '',
  };
}

function filled(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
