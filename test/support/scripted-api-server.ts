/** An HTTP(S) server that answers as the test says and remembers what it was asked. */

import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: http.IncomingHttpHeaders;
  /** Names and values in the order and number in which they came. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
  /** Which connection it came on, counted from 0. */
  readonly connection: number;
  /** The common name of the client's certificate, where it showed one. */
  readonly certificate: string | undefined;
};

export type Script = (asked: Asked, response: http.ServerResponse) => void | Promise<void>;

export type ServerOptions = {
  /** The name of a certificate in test/support/tls; without it the server speaks plain HTTP. */
  readonly certificate?: string;
  readonly asksForClientCertificate?: boolean;
  readonly host?: string;
};

export class ScriptedApiServer implements AsyncDisposable {
  readonly asked: Asked[] = [];
  script: Script;
  readonly #server: http.Server | https.Server;
  readonly #sockets = new Map<Socket, number>();
  #connections = 0;
  readonly #isTls: boolean;
  readonly #host: string;

  private constructor(script: Script, options: ServerOptions) {
    this.script = script;
    this.#isTls = options.certificate !== undefined;
    this.#host = options.host ?? '127.0.0.1';
    this.#server =
      options.certificate === undefined
        ? http.createServer()
        : https.createServer({
            cert: tlsFile(`${options.certificate}.crt`),
            key: tlsFile(`${options.certificate}.key`),
            ca: tlsFile('ca.crt'),
            requestCert: options.asksForClientCertificate ?? false,
            rejectUnauthorized: false,
          });
    this.#server.keepAliveTimeout = 60_000;
    const opened = (socket: Socket): void => {
      this.#sockets.set(socket, this.#connections++);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
    };
    this.#server.on(this.#isTls ? 'secureConnection' : 'connection', opened);
    this.#server.on('request', (request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  static async start(script: Script, options: ServerOptions = {}): Promise<ScriptedApiServer> {
    const server = new ScriptedApiServer(script, options);
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', reject);
      server.#server.listen(0, server.#host, resolve);
    });
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    const host = this.#host.includes(':') ? `[${this.#host}]` : this.#host;
    return `${this.#isTls ? 'https' : 'http'}://${host}:${this.port}`;
  }

  /** How many connections have ever been made. */
  get connections(): number {
    return this.#connections;
  }

  get openConnections(): number {
    return this.#sockets.size;
  }

  cutAll(): void {
    for (const socket of this.#sockets.keys()) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    this.cutAll();
    this.#server.closeAllConnections();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', 'http://server.test');
    const socket = request.socket as TLSSocket;
    const subject = this.#isTls ? socket.getPeerCertificate()?.subject?.CN : undefined;
    const asked: Asked = {
      method: request.method ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      rawHeaders: request.rawHeaders,
      body: Buffer.concat(chunks).toString('utf8'),
      connection: this.#sockets.get(socket) ?? -1,
      certificate: Array.isArray(subject) ? subject[0] : subject,
    };
    this.asked.push(asked);
    await this.script(asked, response);
  }
}

export function tlsFile(name: string): string {
  return readFileSync(tlsPath(name), 'utf8');
}

export function tlsPath(name: string): string {
  return new URL(`tls/${name}`, import.meta.url).pathname;
}

export function sendJson(
  response: http.ServerResponse,
  status: number,
  body: unknown,
  headers: http.OutgoingHttpHeaders = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
