/** One complete, consistent list of pods, page by page. */

import { seconds } from '../../domain/time.ts';
import type { KubernetesClient, NoAnswer } from './client.ts';
import { field, list, text } from './json.ts';
import type { Refusal } from './refusal.ts';
import { versionOf } from './watch-event.ts';

export type Listed = { readonly kind: 'listed'; readonly version: string };

export type ListRequest = {
  readonly client: KubernetesClient;
  /** `/api/v1/pods`, or that of one namespace. */
  readonly path: string;
  readonly pageSize: number;
  readonly fieldSelector?: string;
  /** Told of every pod of every page; only when the whole list has come do they make a view. */
  readonly found: (pod: unknown) => void;
};

const PAGE_TIMEOUT = seconds(60);
const LARGEST_PAGE = 128 * 1024 * 1024;

/**
 * Without a resourceVersion: the server answers from a quorum, and all pages come from one moment. client-go
 * asks for resourceVersion=0 first, which may be answered from a cache older than what was seen before, and
 * for which the server disregards `limit` and sends everything at once. We can afford neither.
 */
export async function listPods(
  request: ListRequest,
  signal: AbortSignal,
): Promise<Listed | Refusal | NoAnswer> {
  let version: string | undefined;
  let token: string | undefined;
  for (;;) {
    const reply = await request.client.request(
      {
        verb: 'list',
        resource: 'pods',
        method: 'GET',
        path: request.path,
        query: queryOf(request, token),
        timeout: PAGE_TIMEOUT,
        maxBytes: LARGEST_PAGE,
      },
      signal,
    );
    if (reply.kind !== 'ok') return reply;
    const problem = whatIsWrong(reply.body, token);
    if (problem !== undefined) return { kind: 'no-answer', why: 'malformed', detail: problem };
    for (const pod of list(field(reply.body, 'items'))) request.found(pod);
    version ??= versionOf(reply.body);
    token = text(field(field(reply.body, 'metadata'), 'continue'));
    if (token === undefined) break;
  }
  if (version !== undefined) return { kind: 'listed', version };
  return { kind: 'no-answer', why: 'malformed', detail: 'the list of pods has no resourceVersion' };
}

function queryOf(
  { pageSize, fieldSelector }: ListRequest,
  token: string | undefined,
): Readonly<Record<string, string>> {
  return {
    limit: String(pageSize),
    ...(fieldSelector !== undefined && { fieldSelector }),
    ...(token !== undefined && { continue: token }),
  };
}

/** A list that is not understood must not look like an empty one. */
function whatIsWrong(page: unknown, token: string | undefined): string | undefined {
  const kind = field(page, 'kind') ?? 'PodList';
  const items = field(page, 'items');
  const next = field(field(page, 'metadata'), 'continue') ?? '';
  if (kind !== 'PodList' && kind !== 'List') return 'the answer is no list of pods';
  if (items !== null && !Array.isArray(items)) return 'the list of pods has no items';
  if (typeof next !== 'string') return 'the continue token is no text';
  return next !== '' && next === token ? 'the continue token leads in a circle' : undefined;
}
