/** What one process used while it did its work: time, CPU, memory at its peak, and how long its event loop was held. */

import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';

export type Used = {
  /** Seconds. */
  readonly wall: number;
  readonly cpu: number;
  /** The most memory that the process ever had, in MB. */
  readonly peak: number;
  /** The memory that it has after the work, in MB. */
  readonly after: number;
  /** Milliseconds. */
  readonly delay: number;
  readonly delayMax: number;
  /** How many pods, events or bytes it came to: what must be right. */
  readonly counted: number;
};

/** Finer than what is looked for. */
const RESOLUTION_MS = 1;

/** `work` answers what it counted. Loading the modules is not measured; the memory that they take is. */
export async function metered(work: () => Promise<number>): Promise<Used> {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  const before = process.cpuUsage();
  const beganAt = performance.now();
  const counted = await work();
  const wall = (performance.now() - beganAt) / 1000;
  const { system, user } = process.cpuUsage(before);
  delays.disable();
  return {
    wall,
    cpu: (user + system) / 1e6,
    peak: memoryOf('VmHWM'),
    after: memoryOf('VmRSS'),
    delay: delays.percentile(99.9) / 1e6,
    delayMax: delays.max / 1e6,
    counted,
  };
}

export function memoryOf(what: 'VmHWM' | 'VmRSS'): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  const [, kilobytes] = new RegExp(`^${what}:\\s+(\\d+) kB`, 'm').exec(status) ?? [];
  if (kilobytes === undefined) throw new Error(`/proc/self/status has no ${what}`);
  return Number(kilobytes) / 1024;
}
