/** RBAC: whether rules, as Roles and ClusterRoles have them, allow what a request wants. */

import type { RecordedRequest } from './requests.ts';
import { resourceText } from './requests.ts';

export type PolicyRule = {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
};

/** Rules with the place where they are bound: a namespace by a RoleBinding, everywhere by a ClusterRoleBinding. */
export type Binding = { readonly namespace?: string; readonly rules: readonly PolicyRule[] };

export type Wish = Pick<
  RecordedRequest,
  'verb' | 'group' | 'resource' | 'subresource' | 'namespace' | 'name' | 'path'
>;

const ISSUER_PATHS = [
  '/.well-known/openid-configuration',
  '/.well-known/openid-configuration/',
  '/openid/v1/jwks',
  '/openid/v1/jwks/',
];

/** What everybody who has a name may do in every cluster. */
export const EVERYBODY: Binding = {
  rules: [
    {
      verbs: ['create'],
      apiGroups: ['authorization.k8s.io'],
      resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
    },
    {
      verbs: ['get'],
      nonResourceURLs: [
        '/api',
        '/api/*',
        '/apis',
        '/apis/*',
        '/healthz',
        '/livez',
        '/readyz',
        '/version',
        '/version/',
      ],
    },
  ],
};

/** What every service account may do in every cluster. */
export const DEFAULT_BINDING: Binding = {
  rules: [...EVERYBODY.rules, { verbs: ['get'], nonResourceURLs: ISSUER_PATHS }],
};

export function isAllowed(bindings: readonly Binding[], wish: Wish): boolean {
  return bindings.some(
    ({ namespace, rules }) =>
      (namespace === undefined || namespace === wish.namespace) &&
      rules.some((rule) => (wish.resource === '' ? holdsPath(rule, wish) : holdsResource(rule, wish))),
  );
}

function holdsPath({ nonResourceURLs = [], verbs }: PolicyRule, { path, verb }: Wish): boolean {
  const isHere = nonResourceURLs.some((url) =>
    url.endsWith('*') ? path.startsWith(url.slice(0, -1)) : path === url,
  );
  return isHere && has(verbs, verb);
}

function holdsResource(
  { apiGroups = [], resources = [], resourceNames = [], verbs }: PolicyRule,
  wish: Wish,
): boolean {
  return (
    has(verbs, wish.verb) &&
    has(apiGroups, wish.group) &&
    isNamed(resourceNames, wish.name) &&
    (has(resources, resourceText(wish)) || resources.includes(`*/${wish.subresource}`))
  );
}

/** Where names are given, a request that names nothing (a create, a list of all) is not among them. */
function isNamed(names: readonly string[], name: string | undefined): boolean {
  return names.length === 0 || (name !== undefined && names.includes(name));
}

function has(list: readonly string[], one: string): boolean {
  return list.includes('*') || list.includes(one);
}
