/** The cluster under test, asked straight: what the stories set up in it and look at, past every adapter but the connection. */

import { setTimeout as wait } from 'node:timers/promises';
import { at, isRecord, type JsonObject, listAt, textAt } from '../../simulator/kubernetes/object.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import type { KubernetesConnection } from '../../src/adapters/kubernetes/connection.ts';
import { connect } from '../../src/adapters/kubernetes/connection.ts';
import { FINALIZER } from './names.ts';

export type Answer = { readonly status: number; readonly body: unknown };

const MERGE = 'application/merge-patch+json';
export const DELETION = { kind: 'DeleteOptions', apiVersion: 'v1' };
const LIMIT = 120_000;

export class Cluster {
  readonly connection: KubernetesConnection;

  constructor(connection: KubernetesConnection) {
    this.connection = connection;
  }

  async call(
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    target: string,
    body?: object,
  ): Promise<Answer> {
    const type = method === 'PATCH' ? MERGE : 'application/json';
    const headers = body === undefined ? {} : { 'content-type': type };
    const sent = { method, target, headers: { accept: 'application/json', ...headers } };
    const request = body === undefined ? sent : { ...sent, body: JSON.stringify(body) };
    const answer = await this.connection.send(request, AbortSignal.timeout(30_000));
    const text = await answer.body.text();
    return { status: answer.statusCode, body: text.startsWith('{') ? JSON.parse(text) : text };
  }

  /** Fails with the words of the API server where it is refused. */
  async create(collection: string, object: object): Promise<JsonObject> {
    return made(await this.call('POST', collection, object), `create in ${collection}`);
  }

  async patch(target: string, change: object): Promise<JsonObject> {
    return made(await this.call('PATCH', target, change), `patch ${target}`);
  }

  /** Undefined where there is none. */
  async get(target: string): Promise<JsonObject | undefined> {
    const answer = await this.call('GET', target);
    return answer.status === 404 ? undefined : made(answer, `get ${target}`);
  }

  async list(target: string): Promise<readonly JsonObject[]> {
    return listAt(made(await this.call('GET', target), `list ${target}`), 'items').filter(isRecord);
  }

  /** At once, whatever its grace and its finalizer, and waits until it is gone. */
  async remove(target: string): Promise<void> {
    const found = await this.get(target);
    if (found === undefined) return;
    if (listAt(found, 'metadata', 'finalizers').includes(FINALIZER)) {
      await this.call('PATCH', target, { metadata: { finalizers: null } });
    }
    const uid = textAt(found, 'metadata', 'uid');
    await this.call('DELETE', target, { ...DELETION, gracePeriodSeconds: 0, preconditions: { uid } });
    await eventually(`${target} is gone`, async () => {
      const now = await this.get(target);
      return now === undefined || textAt(now, 'metadata', 'uid') !== uid;
    });
  }

  /** All pods and budgets of that namespace. */
  async clear(namespace: string): Promise<void> {
    const core = `/api/v1/namespaces/${namespace}/pods`;
    const budgets = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
    for (const collection of [budgets, core]) {
      for (const { metadata } of await this.list(collection)) {
        await this.remove(`${collection}/${textAt(metadata, 'name') ?? ''}`);
      }
    }
  }

  async serviceAccount(namespace: string, name: string): Promise<void> {
    const collection = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    if ((await this.get(`${collection}/${name}`)) !== undefined) return;
    await this.create(collection, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });
  }

  /** A token of the service account for the API server. */
  async token(namespace: string, serviceAccount: string): Promise<string> {
    const wish = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const target = `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`;
    return textAt(await this.create(target, wish), 'status', 'token') ?? '';
  }

  /** Who issues the tokens of this cluster, as one of them says. */
  async issuer(namespace: string): Promise<string> {
    await this.serviceAccount(namespace, 'issued');
    const [, claims = ''] = (await this.token(namespace, 'issued')).split('.');
    const { iss } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { readonly iss?: unknown };
    if (typeof iss !== 'string') throw new Error('the token of a service account names no issuer');
    return iss;
  }
}

function made({ status, body }: Answer, what: string): JsonObject {
  if (status < 300 && isRecord(body)) return body;
  throw new Error(`could not ${what}: ${status} ${String(at(body, 'message') ?? body)}`);
}

/** With TEST_KUBECONFIG. Whoever opens it closes its connection. */
export async function openCluster(): Promise<Cluster> {
  process.env['KUBECONFIG'] = process.env['TEST_KUBECONFIG'];
  const options = { clock: systemClock(), version: 'cluster-test' };
  return new Cluster(await connect(options, AbortSignal.timeout(60_000)));
}

/** Waits for what a cluster takes its time for. */
export async function eventually(what: string, isSo: () => Promise<boolean>, limit = LIMIT): Promise<void> {
  const end = Date.now() + limit;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`in vain: ${what}`);
    await wait(50);
  }
}
