/** A view of pods on a scripted server whose watches the test writes itself. */

import type http from 'node:http';
import type { TestContext } from 'node:test';
import type { PodViewOptions } from '../../../src/adapters/kubernetes/pod-view.ts';
import { PodView } from '../../../src/adapters/kubernetes/pod-view.ts';
import type { UnreadablePod } from '../../../src/domain/holder.ts';
import type { Identity } from '../../../src/domain/identity.ts';
import type { Asked, Script } from '../../support/scripted-api-server.ts';
import { sendJson } from '../../support/scripted-api-server.ts';
import type { RawPod, World } from './support.ts';
import { podList, rawPod, status, worldOn } from './support.ts';

export const ETL = 'team-a/etl' as Identity;

export type Watching = World & {
  readonly view: PodView;
  readonly changed: Identity[];
  readonly unreadable: UnreadablePod[];
  /** The watches under way, oldest first; a closed one stays in its place. */
  readonly watches: { readonly asked: Asked; readonly response: http.ServerResponse }[];
  readonly lists: () => readonly Asked[];
  readonly stop: () => Promise<void>;
};

export const isStream = (asked: Asked): boolean => asked.query['sendInitialEvents'] !== undefined;
export const isWatch = (asked: Asked): boolean => asked.query['watch'] !== undefined && !isStream(asked);
export const isList = (asked: Asked): boolean => asked.query['watch'] === undefined;

const NO_STREAMS = status(422, 'Invalid', 'sendInitialEvents: Forbidden: the WatchList feature gate is off');

/**
 * Watches are held open for the test to write to; lists are answered by `lists`. The state as a stream is refused, as
 * servers do that don't have it.
 */
export async function watching(
  t: TestContext,
  lists: Script,
  options: PodViewOptions = {},
  watch?: Script,
): Promise<Watching> {
  const watches: Watching['watches'] = [];
  const base = await worldOn(t, (asked, response) => {
    if (isStream(asked)) return sendJson(response, 422, NO_STREAMS);
    if (!isWatch(asked)) return lists(asked, response);
    if (watch !== undefined) return watch(asked, response);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    watches.push({ asked, response });
  });
  const { client, clock } = base;
  const view = new PodView({ client, clock, random: () => 0.5 }, options);
  const changed: Identity[] = [];
  const unreadable: UnreadablePod[] = [];
  const stopped = new AbortController();
  const running = view.run(
    { changed: (identity) => changed.push(identity), unreadable: (pod) => unreadable.push(pod) },
    stopped.signal,
  );
  const stop = (): Promise<void> => {
    stopped.abort(new Error('over'));
    return running;
  };
  t.after(stop);
  const asksForList = (): readonly Asked[] => base.server.asked.filter(isList);
  return { ...base, view, changed, unreadable, watches, lists: asksForList, stop };
}

export const listing =
  (pods: readonly object[], version = '100'): Script =>
  (_, response) =>
    sendJson(response, 200, podList(pods, version));

export function say(world: Watching, type: string, object: object): void {
  world.watches.at(-1)?.response.write(`${JSON.stringify({ type, object })}\n`);
}

export const bookmark = (version: string): object => ({
  kind: 'Pod',
  metadata: { resourceVersion: version },
});
export const names = ({ view }: Watching, identity = ETL): string[] =>
  view.holdersOf(identity).map((holder) => `${holder.name}=${holder.uid}`);
export const pod = (name: string, options: RawPod = {}): object => rawPod({ name, ...options });
