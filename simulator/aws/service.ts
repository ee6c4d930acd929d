/** The EKS service of one account: carries out calls, whoever brings them, and tells listeners of each. */

import { randomUUID } from 'node:crypto';
import { Access } from './access.ts';
import type { Caller } from './access.ts';
import { ApiError } from './api-error.ts';
import type { Call, Operation, Params } from './call.ts';
import type { Consistency, EksCluster } from './cluster.ts';
import type { Body } from './execute.ts';
import { execute } from './execute.ts';

/** A call that the service answered, with what it answered. */
export type CallRecord = {
  readonly operation: Operation;
  readonly params: Params;
  readonly answer: { readonly response: Body } | { readonly error: ApiError };
  /** When it was carried out. */
  readonly at: number;
  readonly requestId: string;
  readonly caller: Caller;
  readonly userAgent: string;
};

/** One request as it reaches the service. */
export type Attempt = {
  readonly call: Call;
  readonly caller: Caller;
  readonly requestId: string;
  readonly userAgent: string;
};

export type EksServiceOptions = {
  readonly now: () => number;
  readonly place: { readonly partition: string; readonly region: string; readonly account: string };
};

export class EksService {
  readonly clusters = new Map<string, EksCluster>();
  readonly consistency: Consistency = { list: 0, describe: 0 };
  readonly access: Access;
  readonly #now: () => number;
  readonly #listeners = new Set<(record: CallRecord) => void>();

  constructor(options: EksServiceOptions) {
    this.access = new Access(options.place);
    this.#now = options.now;
  }

  onCall(listener: (record: CallRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Carries the call out, or throws the ApiError with which it is refused. */
  perform(attempt: Attempt): Body {
    try {
      this.access.authorize(attempt.caller, attempt.call);
      const response = execute({ ...this.#account(), now: this.#now }, attempt.call);
      this.#tell(attempt, { response });
      return response;
    } catch (error) {
      if (error instanceof ApiError) this.#tell(attempt, { error });
      throw error;
    }
  }

  /** Refuses the call with this error, without carrying it out. */
  refuse(attempt: Attempt, error: ApiError): never {
    this.#tell(attempt, { error });
    throw error;
  }

  /** The same as a signed request would do, without HTTP. */
  invoke(operation: Operation, params: Params, accessKeyId = 'AKIASIMULATED'): Body {
    const caller = this.access.callerOf(accessKeyId);
    const userAgent = 'simulator';
    return this.perform({ call: { operation, params }, caller, requestId: randomUUID(), userAgent });
  }

  #account() {
    return { clusters: this.clusters, consistency: this.consistency };
  }

  #tell({ call, caller, requestId, userAgent }: Attempt, answer: CallRecord['answer']): void {
    const record = { ...call, answer, at: this.#now(), requestId, caller, userAgent };
    for (const listener of this.#listeners) listener(record);
  }
}
