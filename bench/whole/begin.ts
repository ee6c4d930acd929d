/** Starts the whole daemon and measures it until it is ready. */

import { WholeDaemon } from './daemon.ts';

export type Begun = {
  /** Seconds from the start of the process until it listens, and until it is ready. */
  readonly listening: number;
  readonly wall: number;
  /** Seconds of CPU until then. */
  readonly cpuListening: number;
  readonly cpu: number;
  /** MB. */
  readonly memoryListening: number;
  readonly memory: number;
  readonly peak: number;
  /** Of the event loop, from listening to ready, in milliseconds. */
  readonly delay: number;
  readonly longest: number;
};

export type Running = AsyncDisposable & { readonly daemon: WholeDaemon; readonly begun: Begun };

export async function begin(env: Readonly<Record<string, string>>): Promise<Running> {
  const from = performance.now();
  const since = (): number => (performance.now() - from) / 1000;
  await using cleanup = new AsyncDisposableStack();
  const daemon = cleanup.use(new WholeDaemon(env));
  await daemon.started();
  const listening = since();
  const first = await daemon.look();
  await daemon.ready();
  const wall = since();
  const { cpu, delay, longest, memory, peak } = await daemon.look();
  const kept = cleanup.move();
  return {
    daemon,
    begun: {
      listening,
      wall,
      cpuListening: first.cpu,
      cpu,
      memoryListening: first.memory,
      memory,
      peak,
      delay,
      longest,
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
