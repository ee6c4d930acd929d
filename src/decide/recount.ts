/**
 * Recounting: what readings taught of an identity's past, completed by what CloudTrail tells of the time in which
 * nobody looked. Readings go first: a record adds what they can't know, and corrects nothing that they do.
 */

import type { AssociationId } from '../domain/association.ts';
import type { Coverage, Told } from '../domain/chronicle.ts';
import { isSameGrant } from '../domain/grant.ts';
import type { AssociationHint } from '../domain/hint.ts';
import type { EndedSpan, Gap, History, Span } from '../domain/history.ts';
import { isEnded } from '../domain/history.ts';
import type { Instant } from '../domain/time.ts';
import { after, before, instant, latest, minutes, seconds } from '../domain/time.ts';
import { kept } from './learn.ts';

/** How far a record's time may lie outside what the readings showed: EKS is consistent within less. */
const SLACK = minutes(1);

/** A record's time is cut to whole seconds. */
const RESOLUTION = seconds(1);

export function recount(history: History, told: Told): History {
  if (told.records.length === 0) return { ...history, completeFrom: wholeFrom(history, told) };
  const derived = derive(told.records, history.spans);
  const spans = [...joined(history.spans, derived)].filter((span) => !isExplained(span, history, told));
  return kept({ ...history, spans: spans.toSorted(byEnd), completeFrom: wholeFrom(history, told) });
}

/** What is left of the gaps: where CloudTrail has told all there is no gap. */
export function gapsLeft(gaps: readonly Gap[], coverage: Coverage | undefined): readonly Gap[] {
  if (coverage === undefined) return gaps;
  return gaps
    .flatMap(({ from, until }) => [
      { from, until: instant(Math.min(until, coverage.from)) },
      { from: latest(from, coverage.until), until },
    ])
    .filter(({ from, until }) => from < until);
}

/** The ended spans that the records tell of, whether readings know them or not. */
function derive(records: readonly AssociationHint[], known: readonly Span[]): readonly EndedSpan[] {
  const open = new Map<AssociationId, Span>();
  const ended: EndedSpan[] = [];
  for (const record of inOrder(records)) {
    const { action, association: id } = record;
    if (id === undefined) continue;
    const prior = open.get(id) ?? priorOf(id, record.evidence.at, known);
    if (action !== 'created') ended.push(...endings(id, prior, record));
    if (action === 'deleted') open.delete(id);
    else open.set(id, opened(id, record));
  }
  return ended;
}

/** A record of Delete carries the grant that ended; where another was known, there was a change that nobody told. */
function endings(
  id: AssociationId,
  prior: Span | undefined,
  { action, grant, evidence: { at } }: AssociationHint,
): readonly EndedSpan[] {
  const end = { notBefore: at, notAfter: after(at, RESOLUTION) };
  const carried = action === 'deleted' ? grant : undefined;
  const base: Span = prior ?? {
    id,
    grant: carried,
    since: undefined,
    seenAt: at,
    readAt: undefined,
    end,
  };
  const first: EndedSpan = { ...base, grant: base.grant ?? carried, end, recorded: true };
  const isOther = carried !== undefined && first.grant !== undefined && !isSameGrant(first.grant, carried);
  return isOther ? [first, { ...first, grant: carried, since: undefined }] : [first];
}

function opened(id: AssociationId, { grant, evidence: { at } }: AssociationHint): Span {
  return { id, grant, since: at, seenAt: at, readAt: undefined, end: undefined, recorded: true };
}

/** What the association is known to have carried until then. */
function priorOf(id: AssociationId, at: Instant, known: readonly Span[]): Span | undefined {
  return known.findLast(
    (span) => span.id === id && (span.since ?? span.seenAt) < at && (span.end?.notAfter ?? at) >= at,
  );
}

/** By time; of the same second, what ended one association comes before what began another. */
function inOrder(records: readonly AssociationHint[]): readonly AssociationHint[] {
  return records.toSorted((one, other) => {
    if (one.evidence.at !== other.evidence.at) return one.evidence.at - other.evidence.at;
    const isSameLife = one.association === other.association;
    const order = isSameLife ? LIFE : SUCCESSION;
    return order[one.action] - order[other.action];
  });
}

const LIFE = { created: 0, updated: 1, deleted: 2 } as const;
const SUCCESSION = { deleted: 0, updated: 1, created: 2 } as const;

/** Each derived span completes the one that it is, and is added where it is none. */
function joined(known: readonly Span[], derived: readonly EndedSpan[]): readonly Span[] {
  const spans = [...known];
  for (const span of derived) {
    const index = spans.findIndex((candidate) => isOne(candidate, span));
    const found = spans[index];
    if (found === undefined) spans.push(span);
    else if (found.grant === undefined && span.grant !== undefined) {
      spans[index] = { ...found, grant: span.grant };
    }
  }
  return spans;
}

function isOne(known: Span, derived: EndedSpan): boolean {
  if (known.id !== derived.id || !isEnded(known)) return false;
  if (known.grant !== undefined && derived.grant !== undefined && !isSameGrant(known.grant, derived.grant)) {
    return false;
  }
  return isWithin(derived.end.notAfter, known);
}

function isWithin(at: Instant, { end, since, seenAt }: EndedSpan): boolean {
  const from = end.notBefore ?? since ?? seenAt;
  return at >= before(from, SLACK) && at <= after(end.notAfter, SLACK);
}

/**
 * A span whose grant nobody saw stands for whatever may have been in force. Where CloudTrail has told every change
 * of that time, and among them the one that the readings noticed, the records say what that was.
 */
function isExplained(span: Span, { completeFrom: known }: History, told: Told): boolean {
  const { coverage, records } = told;
  if (coverage === undefined || span.grant !== undefined || span.recorded || !isEnded(span)) return false;
  const from = span.since ?? span.seenAt;
  const isInside = from >= coverage.from || (known !== undefined && known >= coverage.from);
  const isCovered = isInside && span.end.notAfter <= coverage.until;
  return isCovered && records.some(({ evidence }) => isWithin(evidence.at, span));
}

/** From where on nothing is missing: further back where the records reach up to what the readings know. */
function wholeFrom(
  { completeFrom: known, spans }: History,
  { coverage, records }: Told,
): Instant | undefined {
  if (known === undefined || coverage === undefined) return known;
  if (coverage.until < known || coverage.from >= known) return known;
  const first = spans.find(({ since }) => since === known);
  // A change that CloudTrail should have told of, and has not: it does not tell all.
  const isTold = first === undefined || records.some(({ evidence }) => isNear(evidence.at, known));
  return isTold ? coverage.from : known;
}

function isNear(at: Instant, known: Instant): boolean {
  return at >= before(known, SLACK) && at <= after(known, SLACK);
}

function byEnd({ end: one }: Span, { end: other }: Span): number {
  return (one?.notAfter ?? Infinity) - (other?.notAfter ?? Infinity) || 0;
}
