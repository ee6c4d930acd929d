/** One authenticated way to the Kubernetes API server that all requests share. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import type { Instant } from '../../domain/time.ts';
import { between, seconds } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Access } from './access.ts';
import { KubernetesConfigError } from './connection-error.ts';
import type { Credentials } from './credentials.ts';
import { CredentialSource } from './credentials.ts';
import type { TlsSettings } from './dispatcher.ts';
import { createDispatcher, fingerprint, loadTls } from './dispatcher.ts';
import { loadAccess } from './load-access.ts';

export type WireRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From the root of the API, with its query: `/api/v1/pods?limit=500`. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
};

export type WireAnswer = Dispatcher.ResponseData;

export type KubernetesConnection = {
  /** The address of the API server, for messages. */
  readonly server: string;
  /**
   * One request on the wire, whatever the answer's status. Fails with the error of the network, with a
   * CredentialsError, or with the reason of `signal`. The caller must read or destroy the answer's body.
   */
  readonly send: (request: WireRequest, signal: AbortSignal) => Promise<WireAnswer>;
  /** To be called after a 401: the next request reads its credentials and certificates anew. */
  readonly renewCredentials: () => void;
  /** Ends all that is under way. */
  readonly close: () => Promise<void>;
};

export type ConnectOptions = {
  readonly clock: Clock;
  /** Sent as `pod-identity-revoker/<version>`. */
  readonly version: string;
  /** What stands before /var/run/secrets; empty but in tests. */
  readonly root?: string;
};

/** How old certificates read from files may get before they are compared with the files again. */
const TLS_CHECK_INTERVAL = seconds(60);

type Line = {
  readonly dispatcher: Dispatcher;
  /** The fingerprint of the TLS settings that it was made with. */
  readonly made: string;
  /** The certificate of the exec plugin, where there is one. */
  readonly certificate: string | undefined;
  checkedAt: Instant;
  /** A refusal or a failure may mean that a certificate was replaced. */
  isDoubtful: boolean;
};

/** Fails with a KubernetesConfigError or a CredentialsError when the configuration can't be used as it stands. */
export async function connect(options: ConnectOptions, signal: AbortSignal): Promise<KubernetesConnection> {
  const access = await loadAccess(options.root ?? '');
  const connection = new Connection(access, options);
  await connection.prepare(signal);
  return {
    server: access.cluster.server,
    send: (request, until) => connection.send(request, until),
    renewCredentials: () => connection.renewCredentials(),
    close: () => connection.close(),
  };
}

class Connection {
  readonly #access: Access;
  readonly #clock: Clock;
  readonly #userAgent: string;
  readonly #origin: string;
  readonly #prefix: string;
  readonly #credentials: CredentialSource;
  readonly #dispatchers = new Set<Dispatcher>();
  #line: Line | undefined;
  #isClosed = false;

  constructor(access: Access, options: ConnectOptions) {
    const { server } = access.cluster;
    const url = URL.parse(server);
    if (url === null || !/^https?:$/.test(url.protocol)) {
      throw new KubernetesConfigError(
        `the server "${server}" of cluster "${access.cluster.name}" is no http or https address`,
      );
    }
    this.#access = access;
    this.#clock = options.clock;
    this.#userAgent = `pod-identity-revoker/${options.version}`;
    this.#origin = url.origin;
    this.#prefix = url.pathname.replace(/\/+$/, '');
    this.#credentials = new CredentialSource(access, options.clock);
  }

  /** Whatever can be known to be wrong before the first request shows here. */
  async prepare(signal: AbortSignal): Promise<void> {
    try {
      await this.#dispatcher(await this.#credentials.current(signal));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async send(request: WireRequest, signal: AbortSignal): Promise<WireAnswer> {
    const credentials = await this.#credentials.current(signal);
    const dispatcher = await this.#dispatcher(credentials);
    // The pool takes a connection back one turn of the event loop after the end of an answer; whoever asks again
    // within the same turn, as a paged list does, would be given a new one.
    await nextTurn();
    signal.throwIfAborted();
    try {
      return await dispatcher.request({
        origin: this.#origin,
        path: `${this.#prefix}${request.target}`,
        method: request.method,
        headers: { ...credentials.headers, 'user-agent': this.#userAgent, ...request.headers },
        body: request.body ?? null,
        signal,
      });
    } catch (error) {
      if (this.#line !== undefined) this.#line.isDoubtful = true;
      throw error;
    }
  }

  renewCredentials(): void {
    this.#credentials.forget();
    if (this.#line !== undefined) this.#line.isDoubtful = true;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#credentials.close();
    await Promise.allSettled([...this.#dispatchers].map((dispatcher) => dispatcher.destroy()));
  }

  async #dispatcher(credentials: Credentials): Promise<Dispatcher> {
    const certificate = credentials.certificate?.cert;
    const known = this.#line;
    if (known !== undefined && this.#isCurrent(known, certificate)) return known.dispatcher;
    const checkedAt = this.#clock.now();
    const tls = await this.#loadTls(credentials);
    if (this.#isClosed) throw new Error('the connection to the Kubernetes API is closed');
    const line = this.#line;
    if (line !== undefined && (tls === undefined || line.made === fingerprint(tls))) {
      Object.assign(line, { checkedAt, isDoubtful: false });
      return line.dispatcher;
    }
    const settings = tls ?? {};
    const dispatcher = createDispatcher(this.#access, settings);
    return this.#replace({
      dispatcher,
      made: fingerprint(settings),
      certificate,
      checkedAt,
      isDoubtful: false,
    });
  }

  /** Undefined where the files can't be read just now, but what was read before may still do. */
  async #loadTls(credentials: Credentials): Promise<TlsSettings | undefined> {
    try {
      return await loadTls(this.#access, credentials);
    } catch (error) {
      if (this.#line === undefined || this.#line.certificate !== credentials.certificate?.cert) throw error;
      return undefined;
    }
  }

  #isCurrent(line: Line, certificate: string | undefined): boolean {
    const age = between(line.checkedAt, this.#clock.now());
    return !line.isDoubtful && line.certificate === certificate && age < TLS_CHECK_INTERVAL;
  }

  /** What is under way on the old connections ends there; nothing new begins on them. */
  #replace(line: Line): Dispatcher {
    const old = this.#line?.dispatcher;
    this.#line = line;
    this.#dispatchers.add(line.dispatcher);
    old
      ?.close()
      .then(() => this.#dispatchers.delete(old))
      .catch(() => undefined);
    return line.dispatcher;
  }
}
