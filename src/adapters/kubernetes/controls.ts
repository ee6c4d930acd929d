/** Operators' controls as annotations on the ConfigMap of the ledger. */

import type { ControlState, ReleasableBrake } from '../../domain/controls.ts';
import { NO_CONTROLS } from '../../domain/controls.ts';
import type { Reading } from '../../domain/reading.ts';
import { known, unknown } from '../../domain/reading.ts';
import { between, iso, seconds } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ControlOutcome, Controls } from '../../ports/controls.ts';
import type { KubernetesClient, NoAnswer, Success } from './client.ts';
import { PAUSED, pauseText, readControls, releaseOf, writtenAt } from './control-annotations.ts';
import { field } from './json.ts';
import type { LedgerPlace } from './ledger-config-map.ts';
import { explainRefusal } from './permission.ts';
import { isAbsence, refusedWhy, unansweredWhy } from './refusal-reading.ts';
import type { Refusal } from './refusal.ts';

export type ControlsOptions = LedgerPlace & {
  readonly clock: Clock;
  /** Who sets controls, such as `alice@laptop`; the cluster remembers it. Not used for reading. */
  readonly person: string;
};

/** The ledger may be a megabyte, and its metadata are all that is asked for; a server that can't sends it whole. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json';

const LIMITS = { timeout: seconds(5), maxBytes: 4 * 1024 * 1024, tries: 1, accept: METADATA_ONLY } as const;

/** The API server refuses longer ones, and those that can't be printed. */
const LONGEST_MANAGER = 128;

export function kubernetesControls(client: KubernetesClient, options: ControlsOptions): Controls {
  const { clock, namespace, name } = options;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/configmaps/${encodeURIComponent(name)}`;
  const patch: Patch = (annotation, value, signal) =>
    client.request(
      {
        verb: 'patch',
        resource: 'configmaps',
        method: 'PATCH',
        path,
        query: { fieldManager: managerOf(options.person) },
        body: { metadata: { annotations: { [annotation]: value } } },
        contentType: 'application/merge-patch+json',
        ...LIMITS,
      },
      signal,
    );
  const set = async (
    annotation: string,
    value: string | null,
    signal: AbortSignal,
  ): Promise<ControlOutcome> => outcomeOf(await patch(annotation, value, signal), options);
  return {
    read: async (signal) => {
      const at = clock.now();
      const reply = await client.request(
        {
          verb: 'get',
          resource: 'configmaps',
          method: 'GET',
          path,
          ...LIMITS,
        },
        signal,
      );
      if (reply.kind !== 'ok') return unread(reply, options, at);
      if (!isOurs(reply, options)) return unknown('malformed', `the answer is not ${whereOf(options)}`, at);
      return known(readControls(field(reply.body, 'metadata'), at), at);
    },
    pause: (reason, signal) => set(PAUSED, pauseText(reason, clock.now()), signal),
    resume: (signal) => set(PAUSED, null, signal),
    release: (brake, signal) => released(brake, { patch, options }, signal),
  };
}

/**
 * The daemon compares the time of a release with when it noticed something, and the clock of a laptop may be anywhere:
 * one that is behind would release nothing, and one that is ahead what nobody has seen yet.
 */
const CLOCKS_AGREE = seconds(5);

async function released(
  brake: ReleasableBrake,
  { patch, options }: { readonly patch: Patch; readonly options: ControlsOptions },
  signal: AbortSignal,
): Promise<ControlOutcome> {
  const [annotation, said] = [releaseOf(brake), options.clock.now()];
  const reply = await patch(annotation, iso(said), signal);
  const written = reply.kind === 'ok' ? writtenAt(field(reply.body, 'metadata'), annotation) : undefined;
  const isAgreed = written === undefined || Math.abs(between(said, written)) < CLOCKS_AGREE;
  return outcomeOf(isAgreed ? reply : await patch(annotation, iso(written), signal), options);
}

type Reply = Success | Refusal | NoAnswer;

type Patch = (annotation: string, value: string | null, signal: AbortSignal) => Promise<Reply>;

function managerOf(person: string): string {
  const name = `pod-identity-revoker-cli ${person}`.replace(/[^\x20-\x7e]/g, '?');
  return name.trim().slice(0, LONGEST_MANAGER);
}

function isOurs({ body }: Success, { namespace, name }: LedgerPlace): boolean {
  const metadata = field(body, 'metadata');
  return field(metadata, 'name') === name && field(metadata, 'namespace') === namespace;
}

function whereOf({ namespace, name }: LedgerPlace): string {
  return `the ConfigMap ${namespace}/${name}`;
}

/** Where there is no ledger yet nothing can have been set. */
function unread(
  reply: Refusal | NoAnswer,
  { namespace, name }: LedgerPlace,
  at: Reading<ControlState>['at'],
): Reading<ControlState> {
  if (reply.kind === 'no-answer') return unknown(unansweredWhy(reply), `${reply.why}: ${reply.detail}`, at);
  if (isAbsence(reply, { resource: 'configmaps', name })) return known(NO_CONTROLS, at);
  const detail = explainRefusal({ verb: 'get', resource: 'configmaps', namespace }, reply);
  return unknown(refusedWhy(reply), detail, at);
}

/**
 * - 400, 403, 422: RBAC or admission does not let this person; 401: nobody knows him
 * - 404 about the ConfigMap: there is none yet; of anybody else: a proxy
 * - 409, 429, 5xx: to be tried again
 */
function outcomeOf(reply: Reply, place: LedgerPlace): ControlOutcome {
  switch (reply.kind) {
    case 'ok': {
      if (isOurs(reply, place)) return { kind: 'done' };
      return { kind: 'unreachable', detail: `the answer is not ${whereOf(place)}` };
    }
    case 'no-answer':
      return { kind: 'unreachable', detail: `${reply.why}: ${reply.detail}` };
    case 'refused':
      return refused(reply, place);
  }
}

function refused(refusal: Refusal, place: LedgerPlace): ControlOutcome {
  const where = whereOf(place);
  if (isAbsence(refusal, { resource: 'configmaps', name: place.name })) {
    const remedy =
      'no daemon has kept its ledger there yet; does one run in this namespace, and not in dry-run?';
    return { kind: 'not-found', detail: `${where} does not exist: ${remedy}` };
  }
  const said = `${refusal.status}: ${refusal.message}`;
  if ([400, 401, 403, 422].includes(refusal.status)) {
    const remedy = `whoever runs this command needs the verb "patch" on "configmaps" for ${where}`;
    return { kind: 'denied', detail: `${said}; ${remedy}` };
  }
  return { kind: 'unreachable', detail: said };
}
