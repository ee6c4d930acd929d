/** One complete list of pods as plain JSON, page by page: every pod of it, whether it may be a holder or not. */

import { seconds } from '../../domain/time.ts';
import type { KubernetesClient, NoAnswer, Success } from './client.ts';
import { readBody } from './pod-page.ts';
import type { Refusal } from './refusal.ts';

export type JsonPages = {
  readonly client: KubernetesClient;
  /** `/api/v1/pods`, or that of one namespace. */
  readonly path: string;
  readonly fieldSelector: string;
  readonly pageSize: number;
  /** Told of every item of every page, as it came; only when the whole list has come do they make a list. */
  readonly found: (pod: unknown) => void;
};

const PAGE_TIMEOUT = seconds(60);
const LARGEST_PAGE = 128 * 1024 * 1024;

export async function readAll(
  request: JsonPages,
  signal: AbortSignal,
): Promise<{ readonly kind: 'listed' } | Refusal | NoAnswer> {
  const tokens = new Set<string>();
  for (let token: string | undefined; ; ) {
    const reply = await getPage(request, token, signal);
    if (reply.kind !== 'ok') return reply;
    const page = readBody(reply.body);
    if (typeof page === 'string') return malformed(page);
    if (page.version === undefined) return malformed('the list of pods has no resourceVersion');
    for (const pod of page.pods) request.found(pod);
    token = page.next;
    if (token === undefined) return { kind: 'listed' };
    if (tokens.has(token)) return malformed('the continue token leads in a circle');
    tokens.add(token);
  }
}

function getPage(
  { client, fieldSelector, pageSize, path }: JsonPages,
  token: string | undefined,
  signal: AbortSignal,
): Promise<Success | Refusal | NoAnswer> {
  const next = token === undefined ? {} : { continue: token };
  return client.request(
    {
      verb: 'list',
      resource: 'pods',
      method: 'GET',
      path,
      query: { limit: String(pageSize), fieldSelector, ...next },
      timeout: PAGE_TIMEOUT,
      maxBytes: LARGEST_PAGE,
    },
    signal,
  );
}

function malformed(detail: string): NoAnswer {
  return { kind: 'no-answer', why: 'malformed', detail };
}
