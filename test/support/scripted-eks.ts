/** An HTTP server that answers to the EKS client what a test tells it to, and remembers what it was asked. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export type Asked = {
  readonly method: string;
  readonly path: string;
  /** Decoded and ordered by name. */
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
};

export type Reply =
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly body: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The request is read and never answered. */
  | { readonly kind: 'silence' }
  /** Headers and some of the body come, and then nothing more. */
  | { readonly kind: 'stall'; readonly body: string }
  /** The connection is cut: before the headers, or in the middle of the body. */
  | { readonly kind: 'cut'; readonly body?: string };

export type Script = (asked: Asked) => Reply;

export class ScriptedEks implements AsyncDisposable {
  readonly asked: Asked[] = [];
  script: Script = () => failure(500, 'ServerException', 'the test has no script');
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const asked = read(request);
      this.asked.push(asked);
      request.resume();
      send(this.script(asked), response);
    });
  }

  static async start(): Promise<ScriptedEks> {
    const eks = new ScriptedEks();
    await new Promise<void>((resolve) => eks.#server.listen(0, '127.0.0.1', resolve));
    return eks;
  }

  get endpoint(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the scripted EKS does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Method, path and query of all requests so far, ordered by text: two may be under way at once. */
  lines(): readonly string[] {
    return this.asked
      .map(({ method, path, query }) => `${method} ${path} ${new URLSearchParams(query).toString()}`.trim())
      .toSorted();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

export function answer(body: unknown, status = 200): Reply {
  return {
    kind: 'answer',
    status,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  };
}

/** An error as EKS sends it: its name in a header. */
export function failure(status: number, name: string, message: string): Reply {
  const headers = { 'content-type': 'application/json', 'x-amzn-errortype': name };
  return { kind: 'answer', status, body: JSON.stringify({ message }), headers };
}

export function isDescribe({ path }: Asked): boolean {
  return /\/pod-identity-associations\/[^/]+$/.test(path);
}

function read(request: IncomingMessage): Asked {
  const url = new URL(request.url ?? '/', 'http://eks.invalid');
  url.searchParams.sort();
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
  };
}

/** Also for other scripted servers. */
export function send(reply: Reply, response: ServerResponse): void {
  switch (reply.kind) {
    case 'answer':
      response.writeHead(reply.status, reply.headers).end(reply.body);
      return;
    case 'silence':
      return;
    case 'stall':
      response.writeHead(200, { 'content-type': 'application/json' }).write(reply.body);
      return;
    case 'cut':
      if (reply.body === undefined) response.destroy();
      else {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100000' });
        response.write(reply.body, () => response.destroy());
      }
  }
}
