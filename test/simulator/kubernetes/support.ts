/** Shared by these tests: a server that the test closes, requests over real HTTP, and small objects. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { ManualClock } from '../../../simulator/clock.ts';
import { at, isRecord, type JsonObject, listAt, textAt } from '../../../simulator/kubernetes/object.ts';
import {
  type KubernetesApi,
  type KubernetesApiOptions,
  startKubernetesApi,
} from '../../../simulator/kubernetes/server.ts';
import type { Draft, KubeObject } from '../../../simulator/kubernetes/store.ts';

export const START = Date.parse('2026-11-24T12:00:00.750Z');

export type Reply = {
  readonly code: number;
  readonly body: unknown;
  readonly headers: Headers;
  readonly text: string;
};

export type Api = KubernetesApi & {
  readonly clock: ManualClock;
  call(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Reply>;
  get(path: string): Promise<Reply>;
};

/** On a clock that stands still, closed at the end of the test. */
export async function startApi(t: TestContext, options: KubernetesApiOptions = {}): Promise<Api> {
  const clock = new ManualClock(START);
  const api = await startKubernetesApi({ clock, ...options });
  t.after(() => api.close());
  const call: Api['call'] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${api.url}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { code: response.status, text, body: parsed(text), headers: response.headers };
  };
  return { ...api, clock, call, get: (path) => call('GET', path) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function podDraft(
  name: string,
  extra: JsonObject = {},
  labels: Readonly<Record<string, string>> = {},
): Draft {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', labels },
    spec: {
      nodeName: 'node-1',
      serviceAccountName: 'default',
      terminationGracePeriodSeconds: 30,
      containers: [{ name: 'main', image: 'image' }],
      ...extra,
    },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  };
}

export function addPod(
  api: KubernetesApi,
  name: string,
  extra: JsonObject = {},
  labels: Readonly<Record<string, string>> = {},
): KubeObject {
  return api.store.create('pods', podDraft(name, extra, labels));
}

export function names(list: unknown): readonly (string | undefined)[] {
  return listAt(list, 'items').map((item) => textAt(item, 'metadata', 'name'));
}

export function version(body: unknown): string {
  return textAt(body, 'metadata', 'resourceVersion') ?? '';
}

/** Asserts on the parts of a Status that callers act on. Some answers have no reason. */
export function assertStatus(
  reply: Reply,
  code: number,
  reason: string | undefined,
  message?: RegExp | string,
): void {
  assert.equal(reply.code, code, reply.text);
  assert.equal(at(reply.body, 'kind'), 'Status');
  assert.equal(at(reply.body, 'apiVersion'), 'v1');
  assert.equal(at(reply.body, 'status'), 'Failure');
  assert.equal(at(reply.body, 'code'), code);
  assert.equal(at(reply.body, 'reason'), reason);
  if (typeof message === 'string') assert.equal(at(reply.body, 'message'), message);
  else if (message !== undefined) assert.match(textAt(reply.body, 'message') ?? '', message);
}

export type WatchLine = {
  readonly type: string;
  readonly name: string | undefined;
  readonly object: JsonObject;
};

export type WatchReader = {
  readonly code: number;
  /** The next lines; waits for them. */
  take(count: number): Promise<readonly WatchLine[]>;
  /** What comes until the stream ends; `cut` where it ended without the regular end. */
  rest(): Promise<{ readonly lines: readonly WatchLine[]; readonly raw: string; readonly cut: boolean }>;
  close(): void;
};

export async function watch(
  t: TestContext,
  api: Api,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<WatchReader> {
  const abort = new AbortController();
  t.after(() => abort.abort());
  const response = await fetch(`${api.url}${path}`, { signal: abort.signal, headers });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let buffer = '';
  const more = async (): Promise<boolean> => {
    const chunk = await reader?.read();
    buffer += chunk?.value ?? '';
    return chunk?.done === false;
  };
  const take = async (count: number): Promise<readonly WatchLine[]> => {
    while (buffer.split('\n').length - 1 < count && (await more()));
    const lines = buffer.split('\n');
    buffer = lines.slice(count).join('\n');
    return lines.slice(0, count).map(lineOf);
  };
  const rest: WatchReader['rest'] = async () => {
    let cut = false;
    try {
      while (await more());
    } catch {
      cut = true;
    }
    const complete = buffer.split('\n').slice(0, -1);
    return {
      raw: buffer,
      cut,
      lines: complete.filter((line) => typeof parsed(line) === 'object').map(lineOf),
    };
  };
  return { code: response.status, take, rest, close: () => abort.abort() };
}

function lineOf(text: string): WatchLine {
  const parsedLine: unknown = JSON.parse(text);
  const object = at(parsedLine, 'object');
  assert.ok(isRecord(object), text);
  return { type: textAt(parsedLine, 'type') ?? '', name: textAt(object, 'metadata', 'name'), object };
}

/** Waits for something that happens on the other side of a connection. */
export async function eventually(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 2000; tries += 1) {
    if (condition()) return;
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
  }
  assert.fail('it did not happen within ten seconds');
}
