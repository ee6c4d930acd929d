/** A simulated Kubernetes API server on a loopback port. */

import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { realClock, type SimClock } from '../clock.ts';
import type { EvictionReview } from './admission-webhooks.ts';
import { DisruptionController } from './disruption.ts';
import { Faults } from './faults.ts';
import { Handler } from './handler.ts';
import { Kubelet, type KubeletOptions } from './kubelet.ts';
import { NamespaceController } from './namespaces.ts';
import { Pager } from './pages.ts';
import { RequestLog } from './requests.ts';
import { ServiceAccountTokens } from './service-account-tokens.ts';
import { Store } from './store.ts';
import { Watches } from './watches.ts';
import type { Admission, World } from './world.ts';

export type KubernetesApiOptions = {
  readonly clock?: SimClock;
  readonly host?: string;
  readonly port?: number;
  /** Where given, a request without one of these, or a token that the cluster issued, is answered 401. */
  readonly tokens?: readonly string[];
  /** The caller's name in 403 answers. */
  readonly user?: string;
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca?: string };
  /** How many events of each resource a watch can resume from. */
  readonly historyLength?: number;
  /** Milliseconds. */
  readonly bookmarkInterval?: number;
  /** Milliseconds: how long a watch lives that names no timeoutSeconds. */
  readonly minRequestTimeout?: number;
  readonly watchList?: boolean;
  /** Milliseconds. */
  readonly continueTtl?: number;
  readonly issuer?: string;
  readonly requireNamespaces?: boolean;
  /** `false` for none: whoever else removes terminating pods does so by the store. */
  readonly kubelet?: KubeletOptions | false;
};

export type KubeconfigUser = { readonly token: string } | { readonly tokenFile: string };

export type KubernetesApi = {
  readonly url: string;
  readonly store: Store;
  readonly faults: Faults;
  readonly requests: RequestLog;
  readonly watches: Watches;
  /** Mutating admission for pods on create, in order. */
  readonly admission: Admission[];
  /** Validating webhooks for evictions, in order: put one in to have it asked, take it out to be rid of it. */
  readonly evictionReviews: EvictionReview[];
  readonly disruption: DisruptionController;
  /** Undefined where the options wanted none. */
  readonly kubelet: Kubelet | undefined;
  /** Issues tokens of service accounts; a caller with one of them is that service account. */
  readonly tokens: ServiceAccountTokens;
  /** From now on every continue token given out is answered 410. */
  expireContinueTokens(): void;
  /** From now on no watch resumes from before now. */
  forgetHistory(): void;
  /** The certificate that clients trust, in PEM; undefined without TLS. */
  readonly authority: string | undefined;
  /** A kubeconfig for this server, as JSON text (which is YAML too). The user has a token, or one in that file. */
  kubeconfig(user?: KubeconfigUser): string;
  close(): Promise<void>;
};

const DEFAULT_USER = 'system:serviceaccount:pod-identity-revoker:pod-identity-revoker';
const DEFAULT_ISSUER = 'https://oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
/** An idle connection is kept, so that a client which uses it again does not meet its end. */
const KEEP_ALIVE = { keepAliveTimeout: 120_000 };
const NAMESPACES = ['default', 'kube-system'];

export async function startKubernetesApi(options: KubernetesApiOptions = {}): Promise<KubernetesApi> {
  const world = worldOf(options);
  const requests = new RequestLog();
  const { clock, store } = world;
  for (const name of NAMESPACES) {
    store.create('namespaces', {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
      status: { phase: 'Active' },
    });
  }
  const kubelet = options.kubelet === false ? undefined : new Kubelet(store, clock, options.kubelet ?? {});
  const disruption = new DisruptionController(store, clock);
  const namespaces = new NamespaceController(store, clock);
  const server = serverOf(new Handler(world, requests, options.tokens), options);
  const url = await listen(server, options);
  return {
    url,
    store,
    requests,
    disruption,
    faults: world.faults,
    watches: world.watches,
    admission: world.admission,
    evictionReviews: world.evictionReviews,
    tokens: world.tokens,
    authority: options.tls?.ca ?? options.tls?.cert,
    kubelet,
    expireContinueTokens: () => world.pager.expireTokens(),
    forgetHistory: () => store.forgetHistory(),
    kubeconfig: (user) =>
      kubeconfigText(url, options, user ?? { token: options.tokens?.[0] ?? 'simulated-token' }),
    close: async () => {
      kubelet?.stop();
      disruption.stop();
      namespaces.stop();
      world.watches.close();
      await stop(server);
    },
  };
}

function worldOf(options: KubernetesApiOptions): World {
  const clock = options.clock ?? realClock();
  const store = new Store(clock, options.historyLength ?? 1000);
  const issuer = options.issuer ?? DEFAULT_ISSUER;
  return {
    clock,
    store,
    faults: new Faults(),
    pager: new Pager(store, clock, options.continueTtl ?? 300_000),
    watches: new Watches(),
    admission: [],
    evictionReviews: [],
    tokens: new ServiceAccountTokens({ issuer, clock, store }),
    user: options.user ?? DEFAULT_USER,
    issuer,
    watchList: options.watchList ?? true,
    bookmarkInterval: options.bookmarkInterval ?? 60_000,
    minRequestTimeout: options.minRequestTimeout ?? 1_800_000,
    requireNamespaces: options.requireNamespaces ?? true,
  };
}

function serverOf(handler: Handler, { tls }: KubernetesApiOptions): Server {
  const listener = (message: IncomingMessage, response: ServerResponse): void => {
    handler
      .handle(message, response)
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  };
  return tls === undefined
    ? createHttpServer(KEEP_ALIVE, listener)
    : createHttpsServer({ key: tls.key, cert: tls.cert, ...KEEP_ALIVE }, listener);
}

async function listen(server: Server, options: KubernetesApiOptions): Promise<string> {
  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `${options.tls === undefined ? 'http' : 'https'}://${host}:${port}`;
}

async function stop(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/**
 * Over plain HTTP, @kubernetes/client-node wants to be told that TLS is not verified, and kubectl keeps its
 * token to itself: to try tokens with kubectl takes TLS.
 */
function kubeconfigText(url: string, { tls }: KubernetesApiOptions, user: KubeconfigUser): string {
  const authority =
    tls === undefined
      ? { 'insecure-skip-tls-verify': true }
      : { 'certificate-authority-data': Buffer.from(tls.ca ?? tls.cert).toString('base64') };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'simulated', cluster: { server: url, ...authority } }],
    users: [{ name: 'simulated', user }],
    contexts: [{ name: 'simulated', context: { cluster: 'simulated', user: 'simulated' } }],
    'current-context': 'simulated',
  });
}
