/** Runs one way in this process and prints what it used: `node bench/pods/way.ts NAME URL PODS CHANGES`. */

import process from 'node:process';
import { metered } from './meter.ts';

export type Task = {
  /** Where the API server is, with the course in its path. */
  readonly url: string;
  readonly pods: number;
  readonly changes: number;
};

/** Prepared, with everything loaded; the work answers what it counted. */
export type Way = (task: Task) => Promise<() => Promise<number>>;

/** Each is loaded alone, so that no process has in its memory what another way needs. */
const WAYS: Readonly<Record<string, () => Promise<Way>>> = {
  view: async () => (await import('./ways/view.ts')).view,
  'view-changes': async () => (await import('./ways/view.ts')).viewChanges,
  'view-relist': async () => (await import('./ways/view.ts')).viewRelist,
  informer: async () => (await import('./ways/informer.ts')).informer,
  'watch-stock': async () => (await import('./ways/informer.ts')).watchStock,
  'pages-dropped': async () => (await import('./ways/download.ts')).pagesDropped,
  'pages-parsed': async () => (await import('./ways/download.ts')).pagesParsed,
  'stream-dropped': async () => (await import('./ways/download.ts')).streamDropped,
  'changes-dropped': async () => (await import('./ways/download.ts')).changesDropped,
};

const [name = '', url = '', pods, changes] = process.argv.slice(2);
const load = WAYS[name];
if (load === undefined) throw new Error(`there is no way ${name}; there are ${Object.keys(WAYS).join(', ')}`);
const way = await load();
const work = await way({ url, pods: Number(pods), changes: Number(changes) });
const used = await metered(work);
process.stdout.write(`${JSON.stringify(used)}\n`, () => process.exit(0));
