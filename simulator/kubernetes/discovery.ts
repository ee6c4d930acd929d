/** What the server tells of itself: version, health, issuer, and which resources it serves. */

import type { Resource } from './resources.ts';
import { apiVersionOf, RESOURCES } from './resources.ts';
import { type Answer, json, type World } from './world.ts';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** What `kubectl get all` shows. */
const IN_ALL: ReadonlySet<string> = new Set([
  'pods',
  'deployments',
  'replicasets',
  'statefulsets',
  'daemonsets',
  'jobs',
]);

const REVIEW = {
  name: 'selfsubjectaccessreviews',
  singularName: 'selfsubjectaccessreview',
  namespaced: false,
  kind: 'SelfSubjectAccessReview',
  verbs: ['create'],
};

const GROUP_VERSIONS = [...new Set(RESOURCES.map(apiVersionOf)), 'authorization.k8s.io/v1'];

/** Undefined for a path that is nothing of this. */
export function describeServer(world: World, pathname: string): Answer | undefined {
  switch (pathname) {
    case '/version':
      return json(200, VERSION);
    case '/livez':
    case '/readyz':
    case '/healthz':
      return { code: 200, text: 'ok', headers: { 'content-type': 'text/plain; charset=utf-8' } };
    case '/.well-known/openid-configuration':
      return json(200, openIdConfiguration(world.issuer));
    case '/openid/v1/jwks':
      return json(200, world.tokens.keys(), { 'content-type': 'application/jwk-set+json' });
    default:
      return discovery(pathname.replace(/\/$/, ''));
  }
}

const VERSION = {
  major: '1',
  minor: '35',
  gitVersion: 'v1.35.0-simulated',
  gitCommit: '0000000000000000000000000000000000000000',
  gitTreeState: 'clean',
  buildDate: '2026-01-01T00:00:00Z',
  goVersion: 'go1.25.0',
  compiler: 'gc',
  platform: 'linux/amd64',
};

/** On EKS the keys are told to be at the API server's own address, which nobody reaches from outside. */
function openIdConfiguration(issuer: string): unknown {
  const region = /oidc\.eks\.([^.]+)\./.exec(issuer)?.[1] ?? 'us-west-2';
  return {
    issuer,
    jwks_uri: `https://ip-172-16-45-221.${region}.compute.internal:443/openid/v1/jwks`,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  };
}

function discovery(pathname: string): Answer | undefined {
  if (pathname === '/api')
    return json(200, { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] });
  const groups = GROUP_VERSIONS.filter((one) => one.includes('/')).map(groupOf);
  if (pathname === '/apis') return json(200, { kind: 'APIGroupList', apiVersion: 'v1', groups });
  const group = groups.find(({ name }) => pathname === `/apis/${name}`);
  if (group !== undefined) return json(200, { kind: 'APIGroup', apiVersion: 'v1', ...group });
  const groupVersion = GROUP_VERSIONS.find((one) =>
    one.includes('/') ? pathname === `/apis/${one}` : pathname === `/api/${one}`,
  );
  return groupVersion === undefined ? undefined : json(200, resourceList(groupVersion));
}

function groupOf(groupVersion: string): { readonly name: string; readonly [key: string]: unknown } {
  const [name = '', version] = groupVersion.split('/');
  const preferredVersion = { groupVersion, version };
  return { name, versions: [preferredVersion], preferredVersion };
}

function resourceList(groupVersion: string): unknown {
  const resources = RESOURCES.filter((one) => apiVersionOf(one) === groupVersion).flatMap(entriesOf);
  const all = groupVersion === 'authorization.k8s.io/v1' ? [REVIEW] : resources;
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: all };
}

function entriesOf({ hasStatus, kind, namespaced, plural, shortNames }: Resource): readonly unknown[] {
  const singularName = kind.toLowerCase();
  const categories = IN_ALL.has(plural) ? ['all'] : [];
  const main = { name: plural, singularName, namespaced, kind, verbs: VERBS, shortNames, categories };
  const status = {
    name: `${plural}/status`,
    singularName: '',
    namespaced,
    kind,
    verbs: ['get', 'patch', 'update'],
  };
  const eviction = {
    name: 'pods/eviction',
    singularName: '',
    namespaced: true,
    group: 'policy',
    version: 'v1',
    kind: 'Eviction',
    verbs: ['create'],
  };
  const token = {
    name: 'serviceaccounts/token',
    singularName: '',
    namespaced: true,
    group: 'authentication.k8s.io',
    version: 'v1',
    kind: 'TokenRequest',
    verbs: ['create'],
  };
  return [
    main,
    ...(hasStatus ? [status] : []),
    ...(plural === 'pods' ? [eviction] : []),
    ...(plural === 'serviceaccounts' ? [token] : []),
  ];
}
