/** One replica of the daemon: a process in its pod, with a wire of its own to each API. */

import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { DaemonAnswers } from '../../simulator/demo/daemon-answers.ts';
import type { DaemonLine } from '../../simulator/demo/daemon-line.ts';
import { DaemonProcess } from '../../simulator/demo/daemon-process.ts';
import { numberAt, textAt } from '../../simulator/kubernetes/object.ts';
import type { SimulatorWithQueue } from '../../simulator/simulator.ts';
import { OWN_NAMESPACE, SETTINGS } from './settings.ts';
import type { Api, Wire } from './wire.ts';
import { APIS, startWire } from './wire.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export type Wires = Readonly<Record<Api, Wire>>;

export class Replica implements AsyncDisposable {
  /** The name of its pod. */
  readonly name: string;
  readonly wires: Wires;
  /** How its processes ended that were told to by SIGTERM, and by themselves. */
  readonly stops: string[] = [];
  readonly deaths: string[] = [];
  /** How often each line of the level error was logged. */
  readonly errors = new Map<string, number>();
  readonly #environment: Readonly<Record<string, string>>;
  #process: DaemonProcess | undefined;
  #answers: DaemonAnswers | undefined;

  constructor(name: string, wires: Wires, environment: Readonly<Record<string, string>>) {
    this.name = name;
    this.wires = wires;
    this.#environment = environment;
  }

  /** Undefined while it does not run. */
  get answers(): DaemonAnswers | undefined {
    return this.#answers;
  }

  start(): void {
    const command = { command: process.execPath, args: [MAIN, 'run'], env: this.#environment };
    const started = new DaemonProcess(command, (line) => this.#hear(line));
    started.died.addEventListener('abort', () => {
      const last = started.lastLines(5).join('\n');
      this.deaths.push(`${String(started.died.reason)}\n${last}`);
      this.#answers = undefined;
    });
    this.#process = started;
  }

  async kill(): Promise<void> {
    this.#answers = undefined;
    await this.#process?.kill();
  }

  async stop(): Promise<void> {
    this.#answers = undefined;
    const how = await this.#process?.stop();
    if (how !== undefined) this.stops.push(how);
    this.#process = undefined;
  }

  /** Of the status API; undefined where it does not answer. */
  async openRevocations(signal: AbortSignal): Promise<number | undefined> {
    const { statusListen } = this.#answers?.addresses ?? {};
    if (statusListen === undefined) return undefined;
    const answer = await fetch(`http://${statusListen}/api/v1/status`, { signal });
    return numberAt(await answer.json(), 'openRevocations');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.kill();
    for (const api of APIS) await this.wires[api][Symbol.asyncDispose]();
  }

  #hear({ level, message, fields }: DaemonLine): void {
    const [listen, statusListen] = [textAt(fields, 'listen'), textAt(fields, 'statusListen')];
    if (message === 'started' && listen !== undefined && statusListen !== undefined) {
      this.#answers = new DaemonAnswers({ listen, statusListen });
    }
    if (level === 'error') this.errors.set(message, (this.errors.get(message) ?? 0) + 1);
  }
}

/** Not started yet. Its pod is there already. */
export async function makeReplica(
  simulator: SimulatorWithQueue,
  name: string,
  seed: number,
): Promise<Replica> {
  const { eks, lookup, queue, kubernetes } = simulator;
  const wires = {
    eks: await startWire({ target: eks.url, seed }),
    cloudtrail: await startWire({ target: lookup.url, seed: seed + 1 }),
    sqs: await startWire({ target: queue.endpoint, seed: seed + 2 }),
    kubernetes: await startWire({ target: kubernetes.url, seed: seed + 3 }),
  };
  return new Replica(name, wires, await environmentOf(simulator, name, wires));
}

async function environmentOf(
  simulator: SimulatorWithQueue,
  name: string,
  wires: Wires,
): Promise<Readonly<Record<string, string>>> {
  const { PATH = '' } = process.env;
  return {
    PATH,
    ...simulator.env(),
    ...SETTINGS,
    AWS_ENDPOINT_URL_EKS: wires.eks.proxy.url,
    AWS_ENDPOINT_URL_CLOUDTRAIL: wires.cloudtrail.proxy.url,
    AWS_ENDPOINT_URL_SQS: wires.sqs.proxy.url,
    KUBECONFIG: await kubeconfigOf(simulator, name, wires),
    REVOKER_CLUSTER_NAME: simulator.clusterName,
    REVOKER_QUEUE_URL: simulator.queueUrl.replace(simulator.queue.endpoint, wires.sqs.proxy.url),
    REVOKER_POD_NAME: name,
  };
}

/** With the token of its own pod, so that the API server's record tells the replicas apart. */
async function kubeconfigOf(simulator: SimulatorWithQueue, pod: string, wires: Wires): Promise<string> {
  const mounted = await simulator.inPod({ namespace: OWN_NAMESPACE, serviceAccount: OWN_NAMESPACE, pod });
  const text = await readFile(mounted.kubeconfig, 'utf8');
  await writeFile(mounted.kubeconfig, text.replace(simulator.kubernetes.url, wires.kubernetes.proxy.url));
  return mounted.kubeconfig;
}
