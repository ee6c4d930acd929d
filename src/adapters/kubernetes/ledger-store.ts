/** Keeps the ledger in one ConfigMap, written by compare-and-swap. */

import type { LedgerDocument } from '../../domain/ledger-document.ts';
import type { Reading } from '../../domain/reading.ts';
import { known, unknown } from '../../domain/reading.ts';
import type { Instant } from '../../domain/time.ts';
import { seconds } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { LedgerStore, SaveOutcome } from '../../ports/ledger-store.ts';
import type { ApiRequest, KubernetesClient } from './client.ts';
import type { JsonObject } from './json.ts';
import { isAbsent, unreadBecause, unsavedBecause } from './ledger-answer.ts';
import type { LedgerPlace } from './ledger-config-map.ts';
import { changedConfigMap, ledgerBytes, newConfigMap, readConfigMap } from './ledger-config-map.ts';
import { decodeLedger, encodeLedger } from './ledger-format.ts';

export type LedgerStoreOptions = LedgerPlace & { readonly clock: Clock };

/** A ConfigMap's data is at most 1 MiB; this leaves room for base64 and for what others annotate. */
const LIMITS = { timeout: seconds(15), maxBytes: 4 * 1024 * 1024 } as const;

/**
 * What the next save would replace:
 * - `unread`: not known, at the start and after a conflict. A save is a conflict without a call, until a load
 * - `none`: there is none, so that it is created
 * - `found`: replaced, if it is still at that resourceVersion, whether its content was understood or not
 * - `newer`: of a newer daemon, never replaced
 *
 * An `unreachable` save leaves it as it was: had it been written after all, the next one is a conflict, and the
 * load after that brings what was written. A caller that wants to know at once loads again.
 */
type Base =
  | { readonly kind: 'unread' }
  | { readonly kind: 'none' }
  | { readonly kind: 'found'; readonly configMap: JsonObject }
  | { readonly kind: 'newer'; readonly detail: string };

/** One caller at a time: of two saves that overlap, one is a conflict. */
export function kubernetesLedgerStore(client: KubernetesClient, options: LedgerStoreOptions): LedgerStore {
  return new ConfigMapStore(client, options);
}

class ConfigMapStore implements LedgerStore {
  readonly #client: KubernetesClient;
  readonly #options: LedgerStoreOptions;
  readonly #path: string;
  #base: Base = { kind: 'unread' };

  constructor(client: KubernetesClient, options: LedgerStoreOptions) {
    this.#client = client;
    this.#options = options;
    this.#path = `/api/v1/namespaces/${encodeURIComponent(options.namespace)}/configmaps`;
  }

  async load(signal: AbortSignal): Promise<Reading<LedgerDocument | undefined>> {
    signal.throwIfAborted();
    const at = this.#options.clock.now();
    const reply = await this.#client.request(
      {
        verb: 'get',
        resource: 'configmaps',
        method: 'GET',
        path: this.#ownPath(),
        ...LIMITS,
      },
      signal,
    );
    if (reply.kind === 'ok') return this.#read(reply.body, at);
    if (!isAbsent(reply, this.#options)) return unreadBecause(reply, this.#options, at);
    this.#base = { kind: 'none' };
    return known(undefined, at);
  }

  async save(document: LedgerDocument, signal: AbortSignal): Promise<SaveOutcome> {
    signal.throwIfAborted();
    const base = this.#base;
    if (base.kind === 'unread') return { kind: 'conflict' };
    if (base.kind === 'newer') return { kind: 'refused', detail: base.detail };
    const encoded = await encodeLedger(document);
    if (encoded.kind === 'refused') return encoded;
    signal.throwIfAborted();
    return this.#write(base, encoded.bytes, signal);
  }

  async #read(body: unknown, at: Instant): Promise<Reading<LedgerDocument | undefined>> {
    const where = `the ConfigMap ${this.#options.namespace}/${this.#options.name}`;
    const configMap = readConfigMap(body, this.#options);
    if (configMap === undefined) return unknown('malformed', `the answer is not ${where}`, at);
    const bytes = ledgerBytes(configMap);
    if (bytes === undefined) {
      this.#base = { kind: 'found', configMap };
      return known(undefined, at);
    }
    const decoded = await decodeLedger(bytes);
    if (decoded.kind === 'newer') {
      const detail = `the ledger in ${where} was ${decoded.detail}`;
      this.#base = { kind: 'newer', detail };
      return unknown('malformed', detail, at);
    }
    this.#base = { kind: 'found', configMap };
    if (decoded.kind === 'document') return known(decoded.document, at);
    return unknown('malformed', `the ledger in ${where} can't be read: ${decoded.detail}`, at);
  }

  async #write(
    base: Extract<Base, { kind: 'none' | 'found' }>,
    bytes: Buffer,
    signal: AbortSignal,
  ): Promise<SaveOutcome> {
    const verb = base.kind === 'none' ? 'create' : 'update';
    const reply = await this.#client.request(this.#writeRequest(base, bytes), signal);
    if (reply.kind !== 'ok') {
      const outcome = unsavedBecause(reply, verb, this.#options);
      if (outcome.kind === 'conflict') this.#base = { kind: 'unread' };
      return outcome;
    }
    const configMap = readConfigMap(reply.body, this.#options);
    if (configMap === undefined) {
      return {
        kind: 'unreachable',
        detail: `HTTP status ${reply.status} with an answer that is not the API's`,
      };
    }
    this.#base = { kind: 'found', configMap };
    return { kind: 'saved' };
  }

  #writeRequest(base: Extract<Base, { kind: 'none' | 'found' }>, bytes: Buffer): ApiRequest {
    if (base.kind === 'none') {
      const body = newConfigMap(this.#options, bytes);
      return { ...LIMITS, verb: 'create', resource: 'configmaps', method: 'POST', path: this.#path, body };
    }
    const body = changedConfigMap(base.configMap, bytes);
    return { ...LIMITS, verb: 'update', resource: 'configmaps', method: 'PUT', path: this.#ownPath(), body };
  }

  #ownPath(): string {
    return `${this.#path}/${encodeURIComponent(this.#options.name)}`;
  }
}
