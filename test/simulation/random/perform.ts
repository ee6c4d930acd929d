/** Performing an operation in a scene: what it means there. */

import { before } from '../../../src/domain/time.ts';
import { milliseconds, seconds } from '../../../src/domain/time.ts';
import type { Operation } from './operations.ts';
import type { Scene } from './scene.ts';
import { sentence } from './sentences.ts';
import { PLAIN } from './workloads.ts';
import type { Lasting } from './weather.ts';

export async function perform(operation: Operation, scene: Scene): Promise<void> {
  scene.tell({ kind: 'operation', text: sentence(operation, scene) });
  if ('lasts' in operation) endure(operation, scene);
  // The table has for each kind what takes an operation of that kind.
  else await ACTS[operation.kind](operation as never, scene);
}

/** Some faults do more than to be in force. */
function endure(fault: Lasting, scene: Scene): void {
  const { view } = scene.host;
  const over = fault.kind === 'watch-silent' ? (): void => scene.background(view?.silence(false)) : undefined;
  scene.weather.begin(fault, over);
  if (fault.kind === 'watch-silent') scene.background(view?.silence(true));
  if (fault.kind === 'api-cut-off') scene.background(view?.relist());
}

type Act = Exclude<Operation, Lasting>;

type Acts = {
  readonly [K in Act['kind']]: (operation: Extract<Act, { kind: K }>, scene: Scene) => void | Promise<void>;
};

const ACTS: Acts = {
  update: ({ identity, to, spelling, record }, scene) => {
    scene.account.update(scene.identity(identity), to, record, spelling);
  },
  delete: ({ identity, record }, scene) => scene.account.delete(scene.identity(identity), record),
  create: ({ identity, to, record }, scene) => scene.account.create(scene.identity(identity), to, record),
  recreate: async ({ identity, to, spelling, gap, record }, scene) => {
    const of = scene.identity(identity);
    const current = scene.truth.current(of);
    if (current === undefined) return;
    scene.account.delete(of, record);
    if (gap > 0) await scene.pass(seconds(gap));
    scene.account.create(of, to === 'same' ? current.name : to, record, { spelling });
  },
  start: (operation, scene) => {
    const { identity, pods } = operation;
    for (let n = 0; n < pods; n += 1) scene.workloads.start(scene.identity(identity), operation);
  },
  rush: async ({ identity, to, after, pods, record }, scene) => {
    scene.account.update(scene.identity(identity), to, record, 0);
    if (after > 0) await scene.pass(seconds(after));
    for (let n = 0; n < pods; n += 1) {
      scene.workloads.start(scene.identity(identity), { ...PLAIN, isByHand: false, lag: after + 1 });
    }
  },
  glimpse: async ({ identity, to, pods, after, next }, scene) => {
    const of = scene.identity(identity);
    scene.account.delete(of, undefined);
    scene.account.create(of, to, undefined);
    for (let n = 0; n < pods; n += 1) scene.workloads.start(of, { ...PLAIN, isByHand: false });
    await scene.pass(seconds(after));
    scene.account.delete(of, undefined);
    if (next !== undefined) scene.account.create(of, next, undefined);
  },
  race: ({ which }, { workloads, cluster }) => {
    const pod = workloads.pickStale(which);
    if (pod !== undefined) cluster.remove(pod.uid);
  },
  remove: ({ which }, { workloads, cluster }) => {
    const pod = workloads.pick(which);
    if (pod !== undefined) cluster.terminate(pod.uid);
  },
  finish: ({ which }, { workloads, cluster }) => {
    const pod = workloads.pick(which);
    if (pod !== undefined) cluster.finish(pod.name);
  },
  stop: async ({ away }, scene) => {
    await scene.host.stop();
    scene.host.startLater(seconds(away));
  },
  crash: ({ ambush, within, away }, { host }) => host.crash(ambush, seconds(within), seconds(away)),
  forge: ({ identity, action, age }, scene) => {
    const at = before(scene.clock.now(), seconds(age));
    scene.mail.post({ action, identity: scene.identity(identity), at }, milliseconds(0));
  },
  'repeat-record': ({ which }, { mail }) => mail.repeat(which),
  'clock-step': ({ share }, scene) => scene.setClock(share),
  'mass-delete': ({ record }, { account, truth }) => {
    for (const identity of truth.identities()) account.delete(identity, record);
  },
  restore: ({ record }, { account, truth }) => {
    for (const identity of truth.identities()) {
      const last = truth.versions(identity).at(-1);
      if (last !== undefined) account.create(identity, last.name, record);
    }
  },
  'queue-stutters': (_, { mail }) => mail.stutter(),
  relists: ({ times }, scene) => {
    for (let n = 0; n < times; n += 1) {
      scene.later(seconds(n), () => scene.background(scene.host.view?.relist()));
    }
  },
  'ledger-damaged': ({ how }, { shelf, mind }) => {
    shelf.put(how === 'deleted' ? undefined : how);
    mind.lost();
  },
};
