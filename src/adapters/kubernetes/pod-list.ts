/** One complete, consistent list of pods, page by page. */

import { seconds } from '../../domain/time.ts';
import { Scratch } from './body.ts';
import type { Breath } from './breath.ts';
import type { KubernetesClient, NoAnswer } from './client.ts';
import type { Page } from './pod-page.ts';
import { readPage } from './pod-page.ts';
import type { Message } from './protobuf.ts';
import type { Refusal } from './refusal.ts';

export type Listed = { readonly kind: 'listed'; readonly version: string };

export type ListRequest = {
  readonly client: KubernetesClient;
  /** `/api/v1/pods`, or that of one namespace. */
  readonly path: string;
  readonly pageSize: number;
  readonly accept: string;
  readonly fields: Message;
  readonly breath: Breath;
  /**
   * Told of every pod of every page that may be a holder; only when the whole list has come do they make a view.
   */
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
  const scratch = new Scratch();
  let version: string | undefined;
  let token: string | undefined;
  for (;;) {
    const page = await getPage(request, { token, scratch }, signal);
    if (typeof page === 'string') return malformed(page);
    if ('kind' in page) return page;
    if (page.next !== undefined && page.next === token)
      return malformed('the continue token leads in a circle');
    const problem = await tell(page, request);
    if (problem !== undefined) return malformed(problem);
    version ??= page.version;
    token = page.next;
    if (token === undefined) break;
  }
  return version === undefined
    ? malformed('the list of pods has no resourceVersion')
    : { kind: 'listed', version };
}

async function getPage(
  { accept, client, fields, pageSize, path }: ListRequest,
  { scratch, token }: { readonly scratch: Scratch; readonly token: string | undefined },
  signal: AbortSignal,
): Promise<Page | string | Refusal | NoAnswer> {
  const reply = await client.download(
    {
      verb: 'list',
      resource: 'pods',
      method: 'GET',
      path,
      query: { limit: String(pageSize), ...(token === undefined ? {} : { continue: token }) },
      accept,
      timeout: PAGE_TIMEOUT,
      maxBytes: LARGEST_PAGE,
      scratch,
    },
    signal,
  );
  return reply.kind === 'ok' ? readPage(reply, fields) : reply;
}

/** What is wrong where the page turns out to make no sense. */
async function tell(page: Page, { breath, found }: ListRequest): Promise<string | undefined> {
  const pods = page.pods[Symbol.iterator]();
  for (;;) {
    const next = nextOf(pods);
    if (typeof next === 'string') return next;
    if (next.done === true) return undefined;
    found(next.value);
    const turn = breath.after(1);
    if (turn !== undefined) await turn;
  }
}

function nextOf(pods: Iterator<unknown>): IteratorResult<unknown> | string {
  try {
    return pods.next();
  } catch (error) {
    if (error instanceof SyntaxError) return error.message;
    throw error;
  }
}

function malformed(detail: string): NoAnswer {
  return { kind: 'no-answer', why: 'malformed', detail };
}
