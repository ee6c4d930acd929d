/** The floors: the same bytes from the same server, dropped at once, or parsed and dropped. */

import type { Readable } from 'node:stream';
import { Agent, request } from 'undici';
import type { Task, Way } from '../way.ts';

const PROTOBUF = 'application/vnd.kubernetes.protobuf,application/json';
const PAGE = 500;

const dispatcher = new Agent({ bodyTimeout: 0, headersTimeout: 0 });

/** All bytes of the list in pages. What is counted are bytes. */
export const pagesDropped: Way = async (task) => async () => {
  let bytes = 0;
  for (let first = 0; first < task.pods; first += PAGE) {
    const body = await open(task, `limit=${PAGE}&continue=${first}`);
    for await (const chunk of body) bytes += lengthOf(chunk);
  }
  return bytes;
};

/** All pages parsed, nothing kept. What is counted are pods. */
export const pagesParsed: Way = async (task) => async () => {
  let pods = 0;
  for (let first = 0; first < task.pods; first += PAGE) {
    const body = await open(task, `limit=${PAGE}&continue=${first}`);
    const chunks: Buffer[] = [];
    for await (const chunk of body) chunks.push(Buffer.from(chunk));
    const page = JSON.parse(Buffer.concat(chunks).toString()) as { items: unknown[] };
    pods += page.items.length - 1;
  }
  return pods;
};

/** All bytes of the state as a stream, until its end is told. */
export const streamDropped: Way = async (task) => async () => {
  const body = await open(task, 'watch=true&sendInitialEvents=true&allowWatchBookmarks=true');
  return untilText(body, 'initial-events-end');
};

/** All bytes of the changes, until the bookmark at their end. */
export const changesDropped: Way = async (task) => async () =>
  untilText(await open(task, 'watch=true&allowWatchBookmarks=true'), 'BOOKMARK');

/** The text is looked for in the last bytes of each chunk only: it comes last. */
async function untilText(body: Readable, text: string): Promise<number> {
  let bytes = 0;
  for await (const chunk of body) {
    const piece = Buffer.from(chunk);
    bytes += piece.length;
    if (piece.subarray(-300).includes(text)) break;
  }
  return bytes;
}

async function open({ url }: Task, query: string): Promise<Readable> {
  const target = `${url}/api/v1/pods?${query}`;
  const answer = await request(target, { dispatcher, headers: { accept: PROTOBUF } });
  if (answer.statusCode !== 200) throw new Error(`${target}: ${answer.statusCode}`);
  return answer.body;
}

function lengthOf(chunk: unknown): number {
  return chunk instanceof Uint8Array ? chunk.length : 0;
}
