/** Who was left alone and why: the other pods of the cluster, grouped by the reason. */

import type { JudgedPod } from './daemon-answers.ts';
import type { PodFacts } from './pod-facts.ts';
import { hanging } from './timeline.ts';

export type LeftAlone = {
  /** Every pod that is there now. */
  readonly pods: readonly PodFacts[];
  /** What the daemon says of those of them that are holders. */
  readonly judged: readonly JudgedPod[];
  /** When the association was deleted, milliseconds since the epoch. */
  readonly origin: number;
};

export type Group = {
  readonly why: string;
  readonly explanation: string;
  readonly pods: readonly PodFacts[];
};

const EXPLANATIONS: Readonly<Record<string, string>> = {
  'keep (current)': 'their association is in force, unchanged since before they started',
  'keep (finished)': 'the same identity, but its containers have ended and can use nothing',
};

const INDENT = 28;
const NOT_TO_BREAK = '\u00a0';

const NO_TOKEN = 'no token volume';
const REPLACEMENT = 'replacement';

/** In a fixed order: by the reason, the daemon's verdicts first. */
export function groupsOf({ pods, judged, origin }: LeftAlone): readonly Group[] {
  const verdicts = new Map(judged.map((one) => [one.uid, `${one.verdict} (${one.reason})`]));
  const whyOf = (pod: PodFacts): string => verdicts.get(pod.uid) ?? tokenless(pod, origin);
  const groups = [...Map.groupBy(pods, whyOf)].map(([why, members]) => ({
    why,
    explanation: EXPLANATIONS[why] ?? explained(why),
    pods: members,
  }));
  return groups.toSorted((one, other) => rank(one.why) - rank(other.why) || (one.why < other.why ? -1 : 1));
}

export function groupLines({ why, explanation, pods }: Group): readonly string[] {
  const heading = `${String(pods.length).padStart(4)} ${pods.length === 1 ? 'pod ' : 'pods'}  ${why}`;
  const listed = origins(pods).map((origin) => origin.replaceAll(' ', NOT_TO_BREAK));
  return [
    ...hanging(heading, INDENT, explanation),
    ...hanging('', INDENT, listed.join(', ')).map((line) => line.replaceAll(NOT_TO_BREAK, ' ')),
  ];
}

/** `team-a/web (Deployment) ×2`, in the order of the names. */
function origins(pods: readonly PodFacts[]): readonly string[] {
  const counts = [...Map.groupBy(pods, ({ origin }) => origin)].map(([origin, { length }]) =>
    length === 1 ? origin : `${origin} ×${length}`,
  );
  return counts.toSorted();
}

/** A pod with the token volume of which the daemon says nothing is one that it has not seen. */
function tokenless(pod: PodFacts, origin: number): string {
  if (pod.hasToken) return 'not judged';
  return pod.start >= Math.floor(origin / 1000) * 1000 ? REPLACEMENT : NO_TOKEN;
}

function explained(why: string): string {
  if (why === NO_TOKEN) return 'they were never given credentials of any identity';
  if (why === REPLACEMENT) return 'started after the end, without the token volume: they hold nothing';
  return 'see docs/verdicts.md';
}

function rank(why: string): number {
  if (why === NO_TOKEN) return 2;
  return why === REPLACEMENT ? 3 : 1;
}
