/** What is recorded of a request: its subject as RBAC names it, and what it brought. */

import type { IncomingMessage } from 'node:http';
import { type Target, verbOf } from './paths.ts';
import type { RecordedRequest } from './requests.ts';

export function recordOf(
  message: IncomingMessage,
  url: URL,
  target: Target | undefined,
  { at, body }: { readonly at: number; readonly body: unknown },
): RecordedRequest {
  const method = message.method ?? 'GET';
  return {
    method,
    path: url.pathname,
    query: url.searchParams,
    ...subjectOf(method, url, target),
    body,
    userAgent: message.headers['user-agent'] ?? '',
    user: '',
    pod: undefined,
    at,
    status: undefined,
  };
}

type Subject = Pick<RecordedRequest, 'resource' | 'group' | 'subresource' | 'verb' | 'namespace' | 'name'>;

function subjectOf(method: string, url: URL, target: Target | undefined): Subject {
  if (target !== undefined) {
    const { namespace, resource, subresource } = target;
    const verb = verbOf(method, target, url.searchParams);
    const name = target.name ?? nameSelected(url.searchParams);
    return { resource: resource.plural, group: resource.group, subresource, verb, namespace, name };
  }
  const nothing = { subresource: undefined, namespace: undefined, name: undefined, verb: otherVerb(method) };
  return url.pathname.endsWith('/selfsubjectaccessreviews')
    ? { ...nothing, resource: 'selfsubjectaccessreviews', group: 'authorization.k8s.io' }
    : { ...nothing, resource: '', group: '' };
}

function nameSelected(query: URLSearchParams): string | undefined {
  return /(?:^|,)metadata\.name==?([^,]+)/.exec(query.get('fieldSelector') ?? '')?.[1];
}

function otherVerb(method: string): string {
  return method === 'POST' ? 'create' : method.toLowerCase();
}
