/** Loaded into a daemon before it (`--import`): answers over the IPC channel what its process used since it was asked last. */

import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';

export type Look = {
  /** Seconds of CPU since the process began. */
  readonly cpu: number;
  /** MB: the most that it ever had, and what it has. */
  readonly peak: number;
  readonly memory: number;
  /** Of the event loop since the last look: 99.9th percentile and longest, in milliseconds. */
  readonly delay: number;
  readonly longest: number;
};

/** Finer than what is looked for. */
const RESOLUTION_MS = 1;

const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();

process.on('message', () => {
  const { system, user } = process.cpuUsage();
  const look: Look = {
    cpu: (user + system) / 1e6,
    peak: megabytes('VmHWM'),
    memory: megabytes('VmRSS'),
    delay: delays.percentile(99.9) / 1e6,
    longest: delays.max / 1e6,
  };
  delays.reset();
  process.send?.(look);
});
// Being asked is no reason to stay alive.
process.channel?.unref();

function megabytes(what: 'VmHWM' | 'VmRSS'): number {
  const status = readFileSync('/proc/self/status', 'utf8');
  const [, kilobytes] = new RegExp(`^${what}:\\s+(\\d+) kB`, 'm').exec(status) ?? [];
  return Number(kilobytes) / 1024;
}
