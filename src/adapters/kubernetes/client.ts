/** Asks the Kubernetes API: bounded in time and size, retried where that is safe, every attempt counted. */

import type { Duration } from '../../domain/time.ts';
import { milliseconds, seconds } from '../../domain/time.ts';
import type { Clock, Random } from '../../ports/clock.ts';
import type { KubernetesRequest, Traffic } from '../../ports/traffic.ts';
import { jsonOf, readBytes, Scratch, TooLarge } from './body.ts';
import type { KubernetesConnection, WireAnswer, WireRequest } from './connection.ts';
import { CredentialsError, messageOf } from './connection-error.ts';
import { TimedOut, withDeadline } from './deadline.ts';
import type { Refusal } from './refusal.ts';
import { readRefusal } from './refusal.ts';
import { statusText } from './status-text.ts';

export type ApiRequest = {
  readonly verb: KubernetesRequest['verb'];
  /** For the count and for messages: `pods`, `pods/eviction`. */
  readonly resource: string;
  readonly method: WireRequest['method'];
  /** From the root of the API; names in it must be URL-encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly contentType?: string;
  /** Default: JSON. */
  readonly accept?: string;
  /** For one attempt, from the first byte sent to the last byte read. */
  readonly timeout?: Duration;
  readonly maxBytes?: number;
  /** The most attempts; without it as many as are usual for the verb. */
  readonly tries?: number;
  /** Where the bytes of a download are put, which are then good until the next one that is given it. */
  readonly scratch?: Scratch;
};

export type NoAnswer = {
  readonly kind: 'no-answer';
  readonly why: 'timed-out' | 'network' | 'credentials' | 'malformed' | 'too-large';
  readonly detail: string;
};

export type Success = {
  readonly kind: 'ok';
  readonly status: number;
  /** The JSON of the answer; undefined where the body was empty. */
  readonly body: unknown;
};

export type Download = { readonly kind: 'ok'; readonly status: number; readonly bytes: Buffer };

export type Stream = {
  readonly kind: 'stream';
  readonly body: WireAnswer['body'];
  /** As the server names it; empty where it does not. */
  readonly contentType: string;
};

type Reply = { readonly kind: 'ok' } | Refusal | NoAnswer;

export type ClientDeps = {
  readonly connection: KubernetesConnection;
  readonly clock: Clock;
  readonly random: Random;
  readonly traffic: Traffic;
};

const USUAL_TIMEOUT = seconds(30);
const USUAL_MAX_BYTES = 16 * 1024 * 1024;
const USUAL_ACCEPT = 'application/json';
const LARGEST_REFUSAL = 1024 * 1024;
const TRIES = 4;
const FIRST_BACKOFF = 500;
const LONGEST_BACKOFF = 8000;
const LONGEST_RETRY_AFTER = seconds(30);
/** A call may be asked again only where doing it twice is the same as doing it once. */
const RETRIED_VERBS: readonly KubernetesRequest['verb'][] = ['get', 'list'];

export class KubernetesClient {
  readonly #deps: ClientDeps;

  constructor(deps: ClientDeps) {
    this.#deps = deps;
  }

  /**
   * Whatever the API or the network does is an answer; rejected only with the reason of `signal`. Reads are
   * tried up to four times with full jitter, honouring Retry-After up to 30 s; writes once. A 401 is tried
   * once more with credentials read anew, writes too: it says that nothing was done.
   */
  async request(request: ApiRequest, signal: AbortSignal): Promise<Success | Refusal | NoAnswer> {
    return this.#tried(request, ({ bytes, ...rest }) => ({ ...rest, body: jsonOf(bytes) }), signal);
  }

  /** Like `request`, for an answer in whatever encoding. */
  async download(request: ApiRequest, signal: AbortSignal): Promise<Download | Refusal | NoAnswer> {
    return this.#tried(request, (download) => download, signal);
  }

  /**
   * Like `request`, for an answer without an end: once. `timeout` bounds the wait for the beginning only. The caller must
   * read the body to its end or destroy it, also when `signal` is aborted.
   */
  async open(request: ApiRequest, signal: AbortSignal): Promise<Stream | Refusal | NoAnswer> {
    return this.#bounded(
      request,
      async (stop) => {
        const answer = await this.#send(request, stop);
        if (!isSuccess(answer)) return this.#refusal(answer, stop);
        const contentType = String(answer.headers['content-type'] ?? '');
        return { kind: 'stream', body: answer.body, contentType };
      },
      signal,
    );
  }

  async #tried<T extends { readonly kind: 'ok' }>(
    request: ApiRequest,
    read: (download: Download) => T,
    signal: AbortSignal,
  ): Promise<T | Refusal | NoAnswer> {
    const tries = request.tries ?? (RETRIED_VERBS.includes(request.verb) ? TRIES : 1);
    for (let attempt = 1; ; attempt++) {
      const reply = await this.#attempt(request, read, signal);
      const wait = attempt < tries ? this.#waitBefore(reply, attempt) : undefined;
      if (wait === undefined) return reply;
      await this.#deps.clock.sleep(wait, signal);
    }
  }

  #attempt<T>(
    request: ApiRequest,
    read: (download: Download) => T,
    signal: AbortSignal,
  ): Promise<T | Refusal | NoAnswer> {
    return this.#bounded(
      request,
      async (stop) => {
        const answer = await this.#send(request, stop);
        if (!isSuccess(answer)) return this.#refusal(answer, stop);
        const scratch = request.scratch ?? new Scratch();
        const bytes = await readBytes(answer.body, request.maxBytes ?? USUAL_MAX_BYTES, scratch, stop);
        return read({ kind: 'ok', status: answer.statusCode, bytes });
      },
      signal,
    );
  }

  async #bounded<T>(
    request: ApiRequest,
    work: (stop: AbortSignal) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T | NoAnswer> {
    try {
      return await withDeadline(this.#deps.clock, request.timeout ?? USUAL_TIMEOUT, work, signal);
    } catch (error) {
      signal.throwIfAborted();
      return noAnswer(error);
    }
  }

  async #send(request: ApiRequest, stop: AbortSignal): Promise<WireAnswer> {
    const first = await this.#count(request, stop);
    if (first.statusCode !== 401) return first;
    await first.body.dump({ limit: LARGEST_REFUSAL, signal: stop });
    this.#deps.connection.renewCredentials();
    return this.#count(request, stop);
  }

  async #count(request: ApiRequest, stop: AbortSignal): Promise<WireAnswer> {
    const { connection, traffic } = this.#deps;
    const { verb, resource } = request;
    try {
      const answer = await connection.send(wireRequest(request), stop);
      traffic.kubernetes({ verb, resource, code: String(answer.statusCode) });
      return answer;
    } catch (error) {
      traffic.kubernetes({ verb, resource, code: 'none' });
      throw error;
    }
  }

  async #refusal(answer: WireAnswer, stop: AbortSignal): Promise<Refusal> {
    const body = await readBytes(answer.body, LARGEST_REFUSAL, new Scratch(), stop);
    return readRefusal(
      answer.statusCode,
      statusText(body),
      answer.headers['retry-after'],
      this.#deps.clock.now(),
    );
  }

  /** How long to wait before the next try, or undefined where another try would be of no use. */
  #waitBefore(reply: Reply, attempt: number): Duration | undefined {
    if (!isTransient(reply)) return undefined;
    const most = Math.min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** (attempt - 1));
    const jittered = Math.ceil(this.#deps.random() * most);
    const asked = reply.kind === 'refused' ? (reply.retryAfter ?? 0) : 0;
    return milliseconds(Math.min(LONGEST_RETRY_AFTER, asked) + jittered);
  }
}

function isTransient(reply: Reply): reply is Refusal | NoAnswer {
  switch (reply.kind) {
    case 'ok':
      return false;
    case 'refused':
      return reply.status === 429 || reply.status >= 500;
    case 'no-answer':
      return reply.why !== 'too-large';
  }
}

function isSuccess(answer: WireAnswer): boolean {
  return answer.statusCode >= 200 && answer.statusCode < 300;
}

function wireRequest(request: ApiRequest): WireRequest {
  const query = new URLSearchParams(request.query).toString();
  const headers = { accept: request.accept ?? USUAL_ACCEPT };
  const { method } = request;
  const target = query === '' ? request.path : `${request.path}?${query}`;
  if (request.body === undefined) return { method, target, headers };
  return {
    method,
    target,
    headers: { ...headers, 'content-type': request.contentType ?? 'application/json' },
    body: JSON.stringify(request.body),
  };
}

function noAnswer(error: unknown): NoAnswer {
  return { kind: 'no-answer', why: whyNot(error), detail: messageOf(error) };
}

function whyNot(error: unknown): NoAnswer['why'] {
  if (error instanceof TimedOut) return 'timed-out';
  if (error instanceof CredentialsError) return 'credentials';
  if (error instanceof SyntaxError) return 'malformed';
  return error instanceof TooLarge ? 'too-large' : 'network';
}
