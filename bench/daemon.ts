/** The daemon that is measured: its own process, with the settings of production but for those that a benchmark names. */

import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { DaemonAnswers } from '../simulator/demo/daemon-answers.ts';
import type { DaemonLine } from '../simulator/demo/daemon-line.ts';
import { DaemonProcess } from '../simulator/demo/daemon-process.ts';
import { until } from '../simulator/demo/until.ts';
import { textAt } from '../simulator/kubernetes/object.ts';
import type { BenchCluster } from './cluster.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export type BenchDaemon = AsyncDisposable & {
  readonly answers: DaemonAnswers;
  /** Everything that it has logged. */
  readonly lines: readonly DaemonLine[];
  readonly signal: AbortSignal;
};

/** Fulfilled when it has judged every tenant's pod. `signal` also ends when the daemon dies. */
export async function startDaemon(
  { simulator, tenants }: BenchCluster,
  settings: Readonly<Record<string, string>>,
  limit: AbortSignal,
): Promise<BenchDaemon> {
  const lines: DaemonLine[] = [];
  const { PATH = '' } = process.env;
  const env = {
    PATH,
    ...simulator.env(),
    REVOKER_CLUSTER_NAME: simulator.clusterName,
    REVOKER_QUEUE_URL: simulator.queueUrl,
    REVOKER_DESCRIBE_RATE: '100',
    // What ends here ends on purpose, faster than CloudTrail tells of it.
    REVOKER_MASS_END_MINIMUM: '5000',
    REVOKER_LISTEN: '127.0.0.1:0',
    REVOKER_STATUS_LISTEN: '127.0.0.1:0',
    ...settings,
  };
  const daemon = new DaemonProcess({ command: process.execPath, args: [MAIN, 'run'], env }, (line) =>
    lines.push(line),
  );
  const signal = AbortSignal.any([limit, daemon.died]);
  try {
    const answers = new DaemonAnswers(await until('its addresses', () => addressesIn(lines), signal));
    await until('a verdict on every pod', () => hasJudged(answers, tenants.length, signal), signal);
    return { answers, lines, signal, [Symbol.asyncDispose]: async () => void (await daemon.stop()) };
  } catch (error) {
    await daemon.stop();
    throw new Error(`the daemon is not ready: ${daemon.lastLines(5).join('\n')}`, { cause: error });
  }
}

function addressesIn(lines: readonly DaemonLine[]) {
  const fields = lines.find(({ message }) => message === 'started')?.fields;
  const [listen, statusListen] = [textAt(fields, 'listen'), textAt(fields, 'statusListen')];
  return listen === undefined || statusListen === undefined ? undefined : { listen, statusListen };
}

async function hasJudged(answers: DaemonAnswers, count: number, signal: AbortSignal) {
  if (!(await answers.isReady(signal))) return undefined;
  const holders = await answers.holders(signal);
  return (holders.length === count && holders.every(({ verdict }) => verdict === 'keep')) || undefined;
}
