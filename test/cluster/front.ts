/** A front of the API server on a loopback port, with the powers over a connection that no cluster lends a test. */

import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { KubernetesConnection, WireRequest } from '../../src/adapters/kubernetes/connection.ts';
import { NOBODY } from './names.ts';

export type Passing = {
  readonly method: string;
  /** Without its query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly userAgent: string;
  readonly body: string;
  /** What was answered; undefined while nothing was. */
  status: number | undefined;
};

/**
 * `cut`: nothing is handed on, and the connection ends. `cut-after`: it is handed on, and the answer withheld.
 * `hang`: nothing is handed on, and nothing answered. `hold`: handed on when the rule is taken back. `deny`: asked
 * in the name of a user who may do nothing, so that the cluster refuses it in its own words.
 */
export type Effect = 'cut' | 'cut-after' | 'hang' | 'hold' | 'deny';

type Rule = {
  readonly matches: (passing: Passing) => boolean;
  readonly effect: Effect;
  readonly takenBack: Promise<void>;
};

type Open = { readonly passing: Passing; readonly response: ServerResponse };

/** Of a request's headers, what is handed on. Credentials are the connection's own. */
const HANDED_ON = ['accept', 'accept-encoding', 'content-type', 'user-agent'] as const;
const NOT_HANDED_BACK: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'transfer-encoding']);

export class Front implements AsyncDisposable {
  readonly passed: Passing[] = [];
  readonly #connection: KubernetesConnection;
  readonly #server: Server;
  readonly #rules = new Set<Rule>();
  readonly #open = new Set<Open>();

  constructor(connection: KubernetesConnection) {
    this.#connection = connection;
    this.#server = createServer((message, response) => void this.#pass(message, response));
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** From now on, for each request that matches. The answer takes it back. */
  rule(effect: Effect, matches: Rule['matches']): () => void {
    const { promise: takenBack, resolve } = Promise.withResolvers<void>();
    const rule = { matches, effect, takenBack };
    this.#rules.add(rule);
    return () => {
      this.#rules.delete(rule);
      resolve();
    };
  }

  watches(): number {
    return this.#watches().length;
  }

  cutWatches(): void {
    for (const { response } of this.#watches()) response.destroy();
  }

  /** A kubeconfig that leads here. */
  kubeconfig(): string {
    const address = this.#server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const server = `http://127.0.0.1:${port}`;
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'front', cluster: { server, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'front', user: {} }],
      contexts: [{ name: 'front', context: { cluster: 'front', user: 'front' } }],
      'current-context': 'front',
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await Promise.resolve();
  }

  #watches(): readonly Open[] {
    return [...this.#open].filter(({ passing }) => passing.query.get('watch') !== null);
  }

  async #pass(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(message.url ?? '/', 'http://front');
    const passing: Passing = {
      method: message.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      userAgent: message.headers['user-agent'] ?? '',
      body: Buffer.concat(await message.toArray()).toString(),
      status: undefined,
    };
    this.passed.push(passing);
    const open = { passing, response };
    this.#open.add(open);
    response.once('close', () => this.#open.delete(open));
    try {
      await this.#treat(open, message);
    } catch {
      response.destroy();
    }
  }

  async #treat(open: Open, message: IncomingMessage): Promise<void> {
    const rule = [...this.#rules].find(({ matches }) => matches(open.passing));
    switch (rule?.effect) {
      case 'cut':
        open.response.destroy();
        return;
      case 'hang':
        return;
      case 'cut-after':
        await this.#handOn(open, message, { withheld: true });
        return;
      case 'hold':
        await rule.takenBack;
        await this.#handOn(open, message);
        return;
      case 'deny':
        await this.#handOn(open, message, { as: NOBODY });
        return;
      case undefined:
        await this.#handOn(open, message);
    }
  }

  async #handOn(
    { passing, response }: Open,
    message: IncomingMessage,
    { as, withheld = false }: { readonly as?: string; readonly withheld?: boolean } = {},
  ): Promise<void> {
    const left = new AbortController();
    response.once('close', () => left.abort());
    const signal = withheld ? AbortSignal.timeout(30_000) : left.signal;
    const answer = await this.#connection.send(requestOf(message, passing, as), signal);
    passing.status = answer.statusCode;
    if (withheld) {
      await answer.body.dump();
      response.destroy();
      return;
    }
    const headers = Object.entries(answer.headers).filter(
      ([name, value]) => value !== undefined && !NOT_HANDED_BACK.has(name),
    );
    response.writeHead(answer.statusCode, Object.fromEntries(headers));
    response.flushHeaders();
    await pipeline(answer.body, response);
  }
}

function requestOf(message: IncomingMessage, { body }: Passing, as: string | undefined): WireRequest {
  const headers: Record<string, string> = as === undefined ? {} : { 'Impersonate-User': as };
  for (const name of HANDED_ON) {
    const value = message.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  const method = message.method as WireRequest['method'];
  const request = { method, target: message.url ?? '/', headers };
  return body === '' ? request : { ...request, body };
}

export async function startFront(connection: KubernetesConnection): Promise<Front> {
  const front = new Front(connection);
  await front.listen();
  return front;
}
