/** What the parts of the simulated API server share, and the call that they answer. */

import type { IncomingHttpHeaders } from 'node:http';
import type { SimClock } from '../clock.ts';
import type { EvictionReview } from './admission-webhooks.ts';
import type { Faults } from './faults.ts';
import type { KubeObject } from './object.ts';
import type { Pager } from './pages.ts';
import type { RecordedRequest } from './requests.ts';
import type { ServiceAccountTokens } from './service-account-tokens.ts';
import type { Shape } from './shapes.ts';
import type { Store } from './store.ts';
import type { Watches } from './watches.ts';

export type Admission = (pod: KubeObject) => KubeObject;

export type World = {
  readonly store: Store;
  readonly clock: SimClock;
  readonly faults: Faults;
  readonly pager: Pager;
  readonly watches: Watches;
  readonly admission: Admission[];
  /** Validating webhooks for evictions, in order. */
  readonly evictionReviews: EvictionReview[];
  readonly tokens: ServiceAccountTokens;
  /** Who callers are, in the words of RBAC, but for those with a token of the cluster. */
  readonly user: string;
  readonly issuer: string;
  /** WatchList: `sendInitialEvents`. Without it such a watch is 422. */
  readonly watchList: boolean;
  readonly bookmarkInterval: number;
  /** Of a watch that names no timeoutSeconds, in milliseconds. */
  readonly minRequestTimeout: number;
  /** A namespaced object can only be created where its namespace exists. */
  readonly requireNamespaces: boolean;
};

export type Call = {
  readonly request: RecordedRequest;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  /** What the caller's Accept header asks for; kubectl get prefers a Table. */
  readonly shape: Shape;
  /** The caller prefers protobuf, which is spoken for lists and watches of pods. */
  readonly wantsProtobuf: boolean;
};

/** JSON unless the headers say otherwise. */
export type Answer = {
  readonly code: number;
  readonly text: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
};

export function json(code: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { code, text: JSON.stringify(body), headers };
}
