/** The scene of an end-to-end test: the simulator over HTTP, and the daemon as its own process. */

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DeletePodIdentityAssociationCommand, EKSClient } from '@aws-sdk/client-eks';
import type { QueueOptions } from '../../simulator/aws/sqs-queue.ts';
import type { SimClock } from '../../simulator/clock.ts';
import { realClock } from '../../simulator/clock.ts';
import { makeNamespace, makeServiceAccount } from '../../simulator/cluster/places.ts';
import { barePod } from '../../simulator/cluster/pods.ts';
import type { RecordedRequest } from '../../simulator/kubernetes/requests.ts';
import type { KubeObject } from '../../simulator/kubernetes/object.ts';
import type { Simulator, SimulatorOptions, SimulatorWithQueue } from '../../simulator/simulator.ts';
import { startSimulator } from '../../simulator/simulator.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const AN_HOUR = 3_600_000;

/** Short times, so that a story takes seconds. */
export const FAST = {
  REVOKER_POLL_INTERVAL: '300ms',
  REVOKER_SETTLE_TIME: '500ms',
  REVOKER_CONSISTENCY_WINDOW: '1s',
  REVOKER_DESCRIBE_RATE: '100',
  REVOKER_LISTEN: '127.0.0.1:0',
  REVOKER_STATUS_LISTEN: '127.0.0.1:0',
};

/** Real time that can be told to begin in the past, so that a cluster has a history. */
export class MovableClock implements SimClock {
  readonly #real = realClock();
  behind = 0;

  now(): number {
    return this.#real.now() - this.behind;
  }

  after(ms: number, run: () => void): () => void {
    return this.#real.after(ms, run);
  }
}

export type LogLine = { readonly msg: string; readonly [field: string]: unknown };

export class DaemonProcess {
  /** Standard output, line by line: JSON where the daemon runs, text of the other commands as `msg`. */
  readonly lines: LogLine[] = [];
  errors = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<number>;

  constructor(environment: Readonly<Record<string, string>>, args: readonly string[] = ['run']) {
    const { PATH = '' } = process.env;
    this.#child = spawn(process.execPath, [MAIN, ...args], {
      env: { PATH, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#ended = once(this.#child, 'close').then(([code]: unknown[]) =>
      typeof code === 'number' ? code : -1,
    );
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString();
    });
    if (this.#child.stdout === null) throw new Error('no standard output');
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.lines.push(lineOf(line)));
  }

  /** The exit code, or -1 where a signal ended it. */
  get ended(): Promise<number> {
    return this.#ended;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async stop(): Promise<number> {
    this.signal('SIGTERM');
    return this.#ended;
  }

  said(message: string): readonly LogLine[] {
    return this.lines.filter(({ msg }) => msg === message);
  }

  /** An answer of one of its two listeners. */
  async get(listener: 'listen' | 'statusListen', path: string): Promise<Response> {
    const [started] = this.said('started');
    return fetch(`http://${String(started?.[listener])}${path}`);
  }
}

function lineOf(text: string): LogLine {
  return text.startsWith('{"') ? JSON.parse(text) : { msg: text };
}

export class Scene<S extends Simulator = Simulator> implements AsyncDisposable {
  readonly simulator: S;
  readonly #clock: MovableClock;
  readonly #daemons: DaemonProcess[] = [];

  constructor(simulator: S, clock: MovableClock) {
    this.simulator = simulator;
    this.#clock = clock;
  }

  /** An identity with an association since two hours, and so many bare pods since one. */
  identity(
    name: string,
    pods: number,
  ): { readonly associationId: string; readonly pods: readonly KubeObject[] } {
    const [namespace = '', serviceAccount = ''] = name.split('/');
    const { store } = this.simulator.kubernetes;
    if (store.get('namespaces', undefined, namespace) === undefined) makeNamespace(store, namespace);
    makeServiceAccount(store, namespace, serviceAccount);
    const { associationId } = this.past(2, () => this.associate(name));
    const started = this.past(1, () =>
      Array.from({ length: pods }, (_, n) =>
        this.simulator.pods.create(barePod({ namespace, serviceAccount, name: `${serviceAccount}-${n}` })),
      ),
    );
    return { associationId, pods: started };
  }

  associate(name: string): { readonly associationId: string } {
    const [namespace = '', serviceAccount = ''] = name.split('/');
    return this.simulator.eks.associations.create({
      namespace,
      serviceAccount,
      roleArn: `arn:aws:iam::111122223333:role/${serviceAccount}`,
    });
  }

  /** As an operator's tool would do it: with the SDK, over HTTP. */
  async deleteAssociation(associationId: string): Promise<void> {
    await deleteAssociation(this.simulator, associationId);
  }

  /** Does something as if it had been done so many hours ago. */
  past<T>(hours: number, act: () => T): T {
    this.#clock.behind = hours * AN_HOUR;
    try {
      return act();
    } finally {
      this.#clock.behind = 0;
    }
  }

  daemon(more: Readonly<Record<string, string>> = {}): DaemonProcess {
    const { simulator } = this;
    const started = new DaemonProcess({
      ...simulator.env(),
      REVOKER_CLUSTER_NAME: simulator.clusterName,
      ...(simulator.queueUrl === undefined ? {} : { REVOKER_QUEUE_URL: simulator.queueUrl }),
      ...FAST,
      ...more,
    });
    this.#daemons.push(started);
    return started;
  }

  /** A daemon that has looked round: every holder has a verdict. */
  async settledDaemon(more: Readonly<Record<string, string>> = {}): Promise<DaemonProcess> {
    const daemon = this.daemon(more);
    await settled(daemon);
    return daemon;
  }

  /** The pods whose eviction was asked for, with what was answered. */
  evictions(): readonly RecordedRequest[] {
    return this.simulator.kubernetes.requests.of('create', 'pods/eviction');
  }

  evicted(): readonly string[] {
    return this.evictions()
      .filter(({ status }) => status === 201)
      .map(({ name }) => name ?? '');
  }

  /** Everything that was written but evictions and Events. */
  otherWrites(): readonly string[] {
    return this.simulator.kubernetes.requests
      .writes()
      .filter(({ resource, subresource }) => resource !== 'events' && subresource !== 'eviction')
      .map(({ method, path }) => `${method} ${path}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const daemon of this.#daemons) daemon.signal('SIGKILL');
    await Promise.all(this.#daemons.map(({ ended }) => ended));
    await this.simulator.close();
  }
}

type Eks = Pick<Simulator, 'region' | 'clusterName'> & { readonly eks: { readonly url: string } };

/** As an operator's tool would do it: with the SDK, over HTTP. */
export async function deleteAssociation(
  { region, eks, clusterName }: Eks,
  associationId: string,
): Promise<void> {
  const client = new EKSClient({
    region,
    endpoint: eks.url,
    credentials: { accessKeyId: 'AKIASIMULATED', secretAccessKey: 'simulated-secret' },
  });
  await client.send(new DeletePodIdentityAssociationCommand({ clusterName, associationId }));
  client.destroy();
}

/** Waits until the daemon has looked round: every holder has a verdict. */
export async function settled(daemon: DaemonProcess): Promise<void> {
  await until('the daemon has looked round', async () => {
    if (daemon.said('started').length === 0) return false;
    const ready = await daemon.get('listen', '/readyz');
    const answer = await daemon.get('statusListen', '/api/v1/holders?state=undecided');
    const { total } = (await answer.json()) as { total: number };
    return ready.ok && total === 0;
  });
}

export async function makeScene(options: Omit<SimulatorOptions, 'clock'> = {}): Promise<Scene> {
  const clock = new MovableClock();
  return new Scene(await startSimulator({ ...options, clock }), clock);
}

/** LookupEvents is minutes behind, as in AWS: what is heard within seconds was heard from the queue. */
export async function makeQueueScene(
  options: Omit<SimulatorOptions, 'clock' | 'queue'> & { readonly queue?: QueueOptions } = {},
): Promise<Scene<SimulatorWithQueue>> {
  const clock = new MovableClock();
  const simulator = await startSimulator({ ...options, queue: options.queue ?? {}, clock });
  simulator.trail.lag = AN_HOUR / 4;
  return new Scene(simulator, clock);
}

/** Waits for something that happens in another process. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  limit = 15_000,
): Promise<void> {
  const end = Date.now() + limit;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`in vain: ${what}`);
    await wait(20);
  }
}

/** Lets the daemon look round several times more, to show that it does nothing. */
export async function aWhile(ms = 1500): Promise<void> {
  await wait(ms);
}
