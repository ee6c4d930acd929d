/** The daemon that is measured: its own process, with the settings of production but for those that a benchmark names. */

import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { DaemonAnswers } from '../simulator/demo/daemon-answers.ts';
import type { DaemonLine } from '../simulator/demo/daemon-line.ts';
import { DaemonProcess } from '../simulator/demo/daemon-process.ts';
import { until } from '../simulator/demo/until.ts';
import { textAt } from '../simulator/kubernetes/object.ts';
import type { BenchCluster } from './cluster.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
/** With which the chart starts it. */
const FLAGS = ['--max-semi-space-size=4'] as const;
const METER = new URL('daemon-meter.ts', import.meta.url).href;

export type BenchDaemon = AsyncDisposable & {
  readonly answers: DaemonAnswers;
  /** Everything that it has logged. */
  readonly lines: readonly DaemonLine[];
  readonly signal: AbortSignal;
  /** What it used since the last asking; the first is not to be counted on. */
  readonly used: () => Promise<DaemonUsed>;
};

export type DaemonWish = {
  readonly settings: Readonly<Record<string, string>>;
  /** How many it is to find. */
  readonly holders: number;
};

export type DaemonUsed = {
  /** Seconds. */
  readonly cpu: number;
  /** The most memory that the process ever had, in MB. */
  readonly peak: number;
  /** Of its event loop, in milliseconds: the 99.9th percentile, and the longest. */
  readonly delay: number;
  readonly delayMax: number;
};

/** Fulfilled when it has judged every holder. `signal` also ends when the daemon dies. */
export async function startDaemon(
  { simulator }: BenchCluster,
  { holders, settings }: DaemonWish,
  limit: AbortSignal,
): Promise<BenchDaemon> {
  const lines: DaemonLine[] = [];
  const { PATH = '' } = process.env;
  const folder = await mkdtemp(path.join(tmpdir(), 'bench-daemon-'));
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
    BENCH_METER: path.join(folder, 'used'),
    ...settings,
  };
  const args = [...FLAGS, '--import', METER, MAIN, 'run'];
  const daemon = new DaemonProcess({ command: process.execPath, args, env }, (line) => lines.push(line));
  const stop = async (): Promise<void> => {
    await daemon.stop();
    await rm(folder, { recursive: true });
  };
  const signal = AbortSignal.any([limit, daemon.died]);
  try {
    const answers = new DaemonAnswers(await until('its addresses', () => addressesIn(lines), signal));
    await until('a verdict on every pod', () => hasJudged(answers, holders, signal), signal);
    return {
      answers,
      lines,
      signal,
      used: meterOf(daemon, env.BENCH_METER, signal),
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw new Error(`the daemon is not ready: ${daemon.lastLines(5).join('\n')}`, { cause: error });
  }
}

/** See daemon-meter.ts. */
function meterOf(daemon: DaemonProcess, place: string, signal: AbortSignal): BenchDaemon['used'] {
  let asked = 0;
  return async () => {
    asked += 1;
    const file = `${place}.${asked}`;
    daemon.signal('SIGUSR2');
    await until('what the daemon used', () => existsSync(file) || undefined, signal);
    return JSON.parse(await readFile(file, 'utf8'));
  };
}

function addressesIn(lines: readonly DaemonLine[]) {
  const fields = lines.find(({ message }) => message === 'started')?.fields;
  const [listen, statusListen] = [textAt(fields, 'listen'), textAt(fields, 'statusListen')];
  return listen === undefined || statusListen === undefined ? undefined : { listen, statusListen };
}

async function hasJudged(answers: DaemonAnswers, count: number, signal: AbortSignal) {
  if (!(await answers.isReady(signal))) return undefined;
  const verdicts = (await answers.metrics(signal)).filter(({ name }) => name.endsWith('_verdicts'));
  const sumOf = (samples: typeof verdicts): number => samples.reduce((sum, { value }) => sum + value, 0);
  const kept = verdicts.filter(({ labels }) => labels['verdict'] === 'keep');
  return (sumOf(verdicts) === count && sumOf(kept) === count) || undefined;
}
