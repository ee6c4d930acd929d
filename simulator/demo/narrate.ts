/** Puts a line of the daemon's log into plain words, where the timeline has a place for it. */

import { numberAt, textAt } from '../kubernetes/object.ts';
import type { DaemonLine } from './daemon-line.ts';
import type { PodFacts } from './pod-facts.ts';
import type { Entry } from './timeline.ts';
import { ageText, secondsText } from './timeline.ts';

export type Telling = {
  /** Where the timeline begins, milliseconds since the epoch. */
  readonly origin: number;
  readonly settleSeconds: number;
  readonly podOf: (uid: string) => PodFacts | undefined;
  /** When the identity's association was deleted, by EKS. */
  readonly endOf: (identity: string) => number | undefined;
};

export type EndedAssociation = {
  readonly identity: string;
  readonly id: string;
  readonly role: string;
  readonly holders: number;
};

type Words = (line: DaemonLine, telling: Telling) => Pick<Entry, 'stage' | 'text'>;

const NARRATORS: Readonly<Record<string, Words>> = {
  'hint heard': (line, telling) => ({ stage: 'heard', text: heardText(line, telling) }),
  'a grant is suspected to have ended': (line) => ({
    stage: 'suspected',
    text: `${textAt(line.fields, 'identity')}: ${WITNESSES[textAt(line.fields, 'source') ?? ''] ?? 'noticed'}`,
  }),
  'the end of a grant is confirmed and settling': (_, { settleSeconds }) => ({
    stage: 'settling',
    text: `EKS, asked for this one identity, has none; it gets ${settleSeconds} s to come back`,
  }),
  'a revocation is confirmed': (line, { origin }) => ({
    stage: 'confirmed',
    text: confirmedText(line, origin),
  }),
  'holder evicted': (line, telling) => ({ stage: 'evicted', text: evictedText(line, telling) }),
  'a revocation is contained': (line, telling) => ({
    stage: 'contained',
    text: containedText(line, telling),
  }),
  'a revocation is refuted': ({ fields }) => ({
    stage: 'refuted',
    text: `${textAt(fields, 'identity')}: EKS has an association for it`,
  }),
};

const WITNESSES: Readonly<Record<string, string>> = {
  queue: 'the queue told of its end',
  trail: 'CloudTrail told of its end',
  list: 'its association is not in the List any more',
  describe: 'its association can not be described any more',
  pods: 'pods hold a token, and there is no association',
};

/** Undefined for what is no news: the verdicts on the way, the start, the readings that came. */
export function narrate(line: DaemonLine, telling: Telling): Entry | undefined {
  const words = NARRATORS[line.message];
  if (words !== undefined) return { at: line.at, ...words(line, telling) };
  if (line.level !== 'warn' && line.level !== 'error') return undefined;
  const facts = ['identity', 'pod', 'subject', 'detail', 'error'].map((name) => textAt(line.fields, name));
  const text = [line.message, ...facts.filter((fact) => fact !== undefined)].join(': ');
  return { at: line.at, stage: 'trouble', text };
}

export function endedText({ identity, id, role, holders }: EndedAssociation): string {
  return `${identity}: association ${id} (role ${role}) deleted with DeletePodIdentityAssociation; ${holders} running pods hold its credentials`;
}

/** A pod as one row: its name, what made it, and what is said of it. */
export function podRow({ name, workload }: Pick<PodFacts, 'name' | 'workload'>, what: string): string {
  return `${name.padEnd(28)} ${workload.padEnd(25)} ${what}`.trimEnd();
}

/** Milliseconds since the epoch of a field with an ISO time; undefined where it has none. */
export function timeAt(line: DaemonLine, field: string): number | undefined {
  const text = textAt(line.fields, field);
  return text === undefined ? undefined : Date.parse(text);
}

/** From the call as EKS saw it: the record's own time has whole seconds. */
function heardText(line: DaemonLine, { endOf }: Telling): string {
  const field = (name: string): string => textAt(line.fields, name) ?? 'unknown';
  const identity = textAt(line.fields, 'identity');
  const end = identity === undefined ? undefined : endOf(identity);
  const after = end === undefined ? '' : ` after ${secondsText(line.at - end)}`;
  return `by ${field('heardBy')}${after}: ${field('event')} of ${identity ?? 'the cluster'} by ${field('actor')}; only a reason to look`;
}

function confirmedText(line: DaemonLine, origin: number): string {
  const [first = line.at, second = line.at] = [timeAt(line, 'settlingSince'), timeAt(line, 'confirmedAt')];
  const exposed = numberAt(line.fields, 'exposed') ?? 0;
  return `EKS said so twice, ${secondsText(second - first)} apart (at ${secondsText(first - origin)} and ${secondsText(second - origin)}): ${exposed} pods may hold credentials of ${textAt(line.fields, 'role') ?? 'a role'}`;
}

function evictedText(line: DaemonLine, { origin, podOf }: Telling): string {
  const name = textAt(line.fields, 'pod') ?? '';
  const workload = podOf(textAt(line.fields, 'uid') ?? '')?.workload ?? textAt(line.fields, 'owner') ?? '';
  const start = timeAt(line, 'start') ?? origin;
  const reason = textAt(line.fields, 'reason') ?? '';
  return podRow({ name, workload }, `${reason}; up for ${ageText(origin - start)}`);
}

function containedText(line: DaemonLine, { endOf }: Telling): string {
  const end = endOf(textAt(line.fields, 'identity') ?? '');
  const evicted = numberAt(line.fields, 'evicted') ?? 0;
  const clear = timeAt(line, 'clearSince') ?? line.at;
  if (end === undefined) return `the last of ${evicted} holders is gone`;
  return `containment time ${secondsText(clear - end)}: from the call to the last of ${evicted} holders being gone`;
}
