/** A real Prometheus and a real Alertmanager on ports of their own, and a webhook that hears of alerts. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { stringify } from 'yaml';
import { until } from '../../e2e/scene.ts';

export type Server = AsyncDisposable & { readonly url: string };

/** `argv` is given the folder in which the files lie, by their names. */
type Wish = {
  readonly path: string;
  readonly files: Readonly<Record<string, unknown>>;
  readonly argv: (folder: string) => readonly string[];
};

/** Both say on which port they listen, and both in the same words. */
const LISTENING = /Listening on"?.* address=(?:\[::\]|127\.0\.0\.1):(\d+)/;

async function startServer({ path, files, argv }: Wish): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'server-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), stringify(content));
  const child = spawn(path, argv(folder), { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'close');
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const url = `http://127.0.0.1:${await portOf(child, lines)}`;
    return { url, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw new Error(lines.join('\n'), { cause: error });
  }
}

async function portOf(child: ChildProcess, lines: readonly string[]): Promise<string> {
  let port: string | undefined;
  await until('it listens', () => {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    port = lines.flatMap((line) => LISTENING.exec(line)?.[1] ?? [])[0];
    return port !== undefined;
  });
  return port ?? '';
}

export type PrometheusWish = {
  /** As host:port. */
  readonly targets: readonly string[];
  readonly groups?: readonly unknown[];
  /** The URL of an Alertmanager. */
  readonly alertmanager?: string;
};

export async function startPrometheus(path: string, wish: PrometheusWish): Promise<Prometheus> {
  const { targets, groups = [], alertmanager } = wish;
  const alerting = {
    alertmanagers: [{ static_configs: [{ targets: [new URL(alertmanager ?? 'http://none').host] }] }],
  };
  const config = {
    global: { scrape_interval: '500ms', scrape_timeout: '500ms', evaluation_interval: '500ms' },
    scrape_configs: [{ job_name: 'revoker', static_configs: [{ targets }] }],
    rule_files: ['rules.yaml'],
    ...(alertmanager === undefined ? {} : { alerting }),
  };
  const server = await startServer({
    path,
    files: { 'config.yaml': config, 'rules.yaml': { groups } },
    argv: () => [
      '--config.file=config.yaml',
      '--storage.tsdb.path=data',
      '--web.listen-address=127.0.0.1:0',
      '--log.level=info',
    ],
  });
  // Until it has read what it had written before, it answers everything with 503.
  await until('it is ready', async () => (await fetch(`${server.url}/-/ready`)).ok);
  return new Prometheus(server);
}

export type Sample = { readonly metric: Readonly<Record<string, string>>; readonly value: number };

export class Prometheus implements AsyncDisposable {
  readonly #server: Server;

  constructor(server: Server) {
    this.#server = server;
  }

  /** The samples of an instant query, now. */
  async query(expr: string): Promise<readonly Sample[]> {
    const answer = await fetch(`${this.#server.url}/api/v1/query?query=${encodeURIComponent(expr)}`);
    const body = (await answer.json()) as {
      readonly status: string;
      readonly error?: string;
      readonly data: { readonly result: readonly { metric: Sample['metric']; value: [number, string] }[] };
    };
    if (body.status !== 'success') throw new Error(`${body.error}: ${expr}`);
    return body.data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    return this.#server[Symbol.asyncDispose]();
  }
}

/** Sends every alert to the webhook at once. */
export async function startAlertmanager(path: string, webhook: string): Promise<Server> {
  const config = {
    route: { receiver: 'test', group_by: ['...'], group_wait: '0s' },
    receivers: [{ name: 'test', webhook_configs: [{ url: webhook, send_resolved: false }] }],
  };
  return startServer({
    path,
    files: { 'config.yaml': config },
    argv: () => [
      '--config.file=config.yaml',
      '--storage.path=data',
      '--web.listen-address=127.0.0.1:0',
      '--cluster.listen-address=',
    ],
  });
}

export type HeardAlert = {
  readonly status: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
};

export type Webhook = Server & { readonly alerts: readonly HeardAlert[] };

export async function startWebhook(): Promise<Webhook> {
  const alerts: HeardAlert[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      alerts.push(...(JSON.parse(text) as { readonly alerts: readonly HeardAlert[] }).alerts);
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    alerts,
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
