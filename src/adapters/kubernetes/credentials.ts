/** Who we are to the API server: the headers and the client certificate of the next request. */

import { readFile } from 'node:fs/promises';
import type https from 'node:https';
import type { KubeConfig, User } from '@kubernetes/client-node';
import { before, seconds } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Access } from './access.ts';
import { CredentialsError, messageOf } from './connection-error.ts';
import { orAborted } from './deadline.ts';
import type { PluginCredential } from './exec-plugin.ts';
import { runPlugin } from './exec-plugin.ts';
import { field, isAbsent, text } from './json.ts';

export type Credentials = {
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** Only where an exec plugin gave one; those of the kubeconfig belong to the connection's TLS settings. */
  readonly certificate?: { readonly cert: string; readonly key: string };
};

/** A credential this close to its end is replaced first: the request still has to arrive. */
const EXPIRY_MARGIN = seconds(10);

type Way = (signal: AbortSignal) => Promise<Credentials>;

/**
 * The ways in the order of client-go: token file, token, exec plugin, the library's older providers (OIDC and
 * the clouds' own), name and password. A token file is read for each request, so that a rotated token is
 * used at once; it is a small file, and requests are few.
 */
export class CredentialSource {
  readonly #access: Access;
  readonly #clock: Clock;
  readonly #way: Way;
  readonly #closed = new AbortController();
  #lastToken: string | undefined;
  #plugin: PluginCredential | undefined;
  #pluginRun: Promise<PluginCredential> | undefined;
  #providers: Promise<KubeConfig> | undefined;

  constructor(access: Access, clock: Clock) {
    this.#access = access;
    this.#clock = clock;
    this.#way = this.#chooseWay();
  }

  /** Fails with a CredentialsError, or with the reason of `signal`. */
  async current(signal: AbortSignal): Promise<Credentials> {
    const { headers, certificate } = await orAborted(this.#way(signal), signal);
    const all = { ...headers, ...this.#access.extras.impersonate };
    return certificate === undefined ? { headers: all } : { headers: all, certificate };
  }

  /** After a 401: whatever is remembered is asked for anew. */
  forget(): void {
    this.#plugin = undefined;
    this.#providers = undefined;
  }

  close(): void {
    this.#closed.abort();
  }

  #chooseWay(): Way {
    const { user, extras } = this.#access;
    const { tokenFile } = extras;
    if (tokenFile !== undefined) return async () => bearer(await this.#tokenOf(tokenFile));
    if (user === undefined) return async () => ({ headers: {} });
    if (user.token) {
      const token = user.token.trim();
      return async () => bearer(token);
    }
    if (!isAbsent(user.exec)) return () => this.#fromPlugin();
    if (!isAbsent(user.authProvider)) return () => this.#fromProvider();
    if (user.username) {
      const pair = Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64');
      return async () => ({ headers: { Authorization: `Basic ${pair}` } });
    }
    return async () => ({ headers: {} });
  }

  async #tokenOf(file: string): Promise<string> {
    try {
      const token = (await readFile(file, 'utf8')).trim();
      if (token !== '') this.#lastToken = token;
    } catch (error) {
      if (this.#lastToken === undefined) {
        throw new CredentialsError(
          `the token file ${file} can't be read: ${messageOf(error)}; check that the service account token is mounted and readable`,
          { cause: error },
        );
      }
    }
    if (this.#lastToken === undefined) {
      throw new CredentialsError(`the token file ${file} is empty; check the volume that projects it`);
    }
    return this.#lastToken;
  }

  /** One run at a time, shared by all who wait; it is not stopped when one of them gives up. */
  async #fromPlugin(): Promise<Credentials> {
    const known = this.#plugin;
    const isFresh =
      known !== undefined &&
      (known.expires === undefined || this.#clock.now() < before(known.expires, EXPIRY_MARGIN));
    const { token, certificate } = isFresh ? known : await this.#runPlugin();
    const { headers } = token === undefined ? { headers: {} } : bearer(token);
    return certificate === undefined ? { headers } : { headers, certificate };
  }

  async #runPlugin(): Promise<PluginCredential> {
    const { user, cluster } = this.#access;
    this.#pluginRun ??= runPlugin(user?.exec, cluster, this.#clock, this.#closed.signal);
    const running = this.#pluginRun;
    try {
      this.#plugin = await running;
      return this.#plugin;
    } finally {
      if (this.#pluginRun === running) this.#pluginRun = undefined;
    }
  }

  async #fromProvider(): Promise<Credentials> {
    const { user } = this.#access;
    if (user === undefined) return { headers: {} };
    const options: https.RequestOptions = {};
    try {
      this.#providers ??= providersOf(user);
      const providers = await this.#providers;
      await providers.applyToHTTPSOptions(options);
    } catch (error) {
      throw new CredentialsError(
        `the auth-provider of user "${user.name}" failed: ${messageOf(error)}; sign in again or use an exec plugin`,
        { cause: error },
      );
    }
    const authorization = text(field(options.headers, 'Authorization'));
    return { headers: authorization === undefined ? {} : { Authorization: authorization.trim() } };
  }
}

function bearer(token: string): Credentials {
  return { headers: { Authorization: `Bearer ${token}` } };
}

/**
 * The library is loaded for these alone: no pod needs it. It checks the server's scheme before it authenticates,
 * hence the stand-in address.
 */
async function providersOf(user: User): Promise<KubeConfig> {
  const client = await import('@kubernetes/client-node');
  const providers = new client.KubeConfig();
  const cluster = { name: 'cluster', server: 'https://kubernetes.invalid', skipTLSVerify: false };
  providers.loadFromClusterAndUser(cluster, user);
  return providers;
}
