/** Loaded into the measured daemon before it starts: on SIGUSR2 it writes what the process used since the last one. */

import { renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { memoryOf } from './pods/meter.ts';

/** Finer than what is looked for. */
const RESOLUTION_MS = 1;

const { BENCH_METER: place = '' } = process.env;
const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
let since = process.cpuUsage();
let written = 0;

process.on('SIGUSR2', () => {
  const { system, user } = process.cpuUsage(since);
  written += 1;
  const used = {
    cpu: (user + system) / 1e6,
    peak: memoryOf('VmHWM'),
    delay: delays.percentile(99.9) / 1e6,
    delayMax: delays.max / 1e6,
  };
  writeFileSync(`${place}.${written}.part`, JSON.stringify(used));
  renameSync(`${place}.${written}.part`, `${place}.${written}`);
  // Looked at from the first asking on, so that who does not ask does not pay.
  delays.enable();
  delays.reset();
  since = process.cpuUsage();
});
