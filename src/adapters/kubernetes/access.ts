/** What is known of the cluster and the user to work with, wherever it was found. */

import type { Cluster, User } from '@kubernetes/client-node';

/** What a user entry may hold that the client library's own reader drops. */
export type UserExtras = {
  readonly tokenFile?: string;
  readonly impersonate: Readonly<Record<string, string | string[]>>;
};

export type Access = {
  readonly cluster: Cluster;
  /** Undefined for a context without a user: requests are anonymous. */
  readonly user: User | undefined;
  readonly extras: UserExtras;
};
