/** Asks the Kubernetes API: bounded in time and size, retried where that is safe, every attempt counted. */

import type { Duration } from '../../domain/time.ts';
import { milliseconds, seconds } from '../../domain/time.ts';
import type { Clock, Random } from '../../ports/clock.ts';
import type { KubernetesRequest, Traffic } from '../../ports/traffic.ts';
import { readJson, readText, TooLarge } from './body.ts';
import type { KubernetesConnection, WireAnswer, WireRequest } from './connection.ts';
import { CredentialsError, messageOf } from './connection-error.ts';
import { TimedOut, withDeadline } from './deadline.ts';
import type { Refusal } from './refusal.ts';
import { readRefusal } from './refusal.ts';

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
  /** For one attempt, from the first byte sent to the last byte read. */
  readonly timeout?: Duration;
  readonly maxBytes?: number;
  /** The most attempts; without it as many as are usual for the verb. */
  readonly tries?: number;
  /** Without it `application/json`. */
  readonly accept?: string;
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

export type Stream = { readonly kind: 'stream'; readonly body: WireAnswer['body'] };

export type ClientDeps = {
  readonly connection: KubernetesConnection;
  readonly clock: Clock;
  readonly random: Random;
  readonly traffic: Traffic;
};

const USUAL_TIMEOUT = seconds(30);
const USUAL_MAX_BYTES = 16 * 1024 * 1024;
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
    const tries = request.tries ?? (RETRIED_VERBS.includes(request.verb) ? TRIES : 1);
    for (let attempt = 1; ; attempt++) {
      const reply = await this.#attempt(request, signal);
      const wait = attempt < tries ? this.#waitBefore(reply, attempt) : undefined;
      if (wait === undefined) return reply;
      await this.#deps.clock.sleep(wait, signal);
    }
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
        return isSuccess(answer) ? { kind: 'stream', body: answer.body } : this.#refusal(answer, stop);
      },
      signal,
    );
  }

  #attempt(request: ApiRequest, signal: AbortSignal): Promise<Success | Refusal | NoAnswer> {
    return this.#bounded(
      request,
      async (stop) => {
        const answer = await this.#send(request, stop);
        if (!isSuccess(answer)) return this.#refusal(answer, stop);
        const body = await readJson(answer.body, request.maxBytes ?? USUAL_MAX_BYTES, stop);
        return { kind: 'ok', status: answer.statusCode, body };
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
    const body = await readText(answer.body, LARGEST_REFUSAL, stop);
    return readRefusal(answer.statusCode, body, answer.headers['retry-after'], this.#deps.clock.now());
  }

  /** How long to wait before the next try, or undefined where another try would be of no use. */
  #waitBefore(reply: Success | Refusal | NoAnswer, attempt: number): Duration | undefined {
    if (!isTransient(reply)) return undefined;
    const most = Math.min(LONGEST_BACKOFF, FIRST_BACKOFF * 2 ** (attempt - 1));
    const jittered = Math.ceil(this.#deps.random() * most);
    const asked = reply.kind === 'refused' ? (reply.retryAfter ?? 0) : 0;
    return milliseconds(Math.min(LONGEST_RETRY_AFTER, asked) + jittered);
  }
}

function isTransient(reply: Success | Refusal | NoAnswer): reply is Refusal | NoAnswer {
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
  const headers = { accept: request.accept ?? 'application/json' };
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
