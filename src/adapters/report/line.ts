/** What a report says in the log: its level, its message, its fields. */

import type { Refusal as RecordRefusal } from '../../domain/hint.ts';
import type { UnknownReason } from '../../domain/reading.ts';
import type { Report } from '../../domain/report.ts';
import type { Stage } from '../../domain/revocation.ts';
import type { Verdict } from '../../domain/verdict.ts';
import {
  errorFields,
  evidenceFields,
  holderFields,
  outcomeFields,
  revocationFields,
  verdictFields,
} from './fields.ts';

export type Level = 'debug' | 'info' | 'warn' | 'error';

export type Line = {
  readonly level: Level;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
};

type Of<K extends Report['kind']> = Extract<Report, { kind: K }>;

/** What asks for a person is warn or error; what mends itself is info. */
const UNKNOWN_LEVELS = {
  'not-read': 'debug',
  throttled: 'warn',
  denied: 'error',
  unreachable: 'warn',
  failed: 'warn',
  'not-found': 'error',
  malformed: 'error',
  inconsistent: 'info',
} as const satisfies Readonly<Record<UnknownReason, Level>>;

const STAGE_MESSAGES = {
  suspected: 'a grant is suspected to have ended',
  settling: 'the end of a grant is confirmed and settling',
  confirmed: 'a revocation is confirmed',
  contained: 'a revocation is contained',
  expired: 'a revocation ended by expiry',
  refuted: 'a revocation is refuted',
} as const satisfies Readonly<Record<Stage, string>>;

const VERDICT_MESSAGES = {
  keep: 'holder kept',
  wait: 'holder waits',
  evict: 'holder to be evicted',
  undecided: 'holder undecided',
  exempt: 'holder exempt',
} as const satisfies Readonly<Record<Verdict['kind'], string>>;

const OUTCOME_LINES = {
  evicted: { level: 'info', message: 'holder evicted' },
  'already-gone': { level: 'info', message: 'holder already gone' },
  replaced: { level: 'info', message: 'holder already replaced' },
  blocked: { level: 'warn', message: 'eviction blocked' },
  forbidden: { level: 'error', message: 'eviction forbidden' },
  unreachable: { level: 'warn', message: 'eviction without an answer' },
} as const satisfies Readonly<Record<Of<'eviction'>['outcome']['kind'], Omit<Line, 'fields'>>>;

/** What happens every day is for debugging; what somebody should look into is a warning. */
const REFUSAL_LEVELS = {
  malformed: 'warn',
  'not-an-envelope': 'warn',
  foreign: 'warn',
  'failed-call': 'debug',
  uninteresting: 'debug',
  duplicate: 'debug',
} as const satisfies Readonly<Record<RecordRefusal, Level>>;

export function lineOf(report: Report): Line {
  switch (report.kind) {
    case 'reading':
      return readingLine(report);
    case 'stage':
      return stageLine(report);
    case 'verdict':
      return verdictLine(report);
    case 'eviction':
      return evictionLine(report);
    case 'would-evict':
      return {
        level: 'info',
        message: 'dry run: holder would be evicted',
        fields: { mode: 'dry-run', ...decisionFields(report) },
      };
    case 'hint':
      return hintLine(report);
    case 'refused': {
      const { channel, why, detail } = report;
      return {
        level: REFUSAL_LEVELS[why],
        message: 'record is no hint',
        fields: { source: channel, why, detail },
      };
    }
    case 'unreadable-pod': {
      const { uid, namespace, name, why } = report.pod;
      return { level: 'warn', message: 'pod unreadable', fields: { namespace, pod: name, uid, why } };
    }
    case 'bug':
      return {
        level: 'error',
        message: 'bug',
        fields: { where: report.where, ...errorFields(report.error) },
      };
  }
}

function readingLine({ of, subject, reading }: Of<'reading'>): Line {
  if (reading.kind === 'known') {
    return { level: 'info', message: 'reading known', fields: { of, subject } };
  }
  const { why, detail } = reading;
  return {
    level: isOrdinary(of, why) ? 'info' : UNKNOWN_LEVELS[why],
    message: 'reading unknown',
    fields: { of, subject, why, detail },
  };
}

function hintLine({ hint, result }: Of<'hint'>): Line {
  const named =
    hint.kind === 'association'
      ? { action: hint.action, identity: hint.identity, association: hint.association }
      : {};
  const level = result === 'repeated' || result === 'answered' ? 'debug' : 'info';
  return { level, message: 'hint heard', fields: { ...named, ...evidenceFields(hint.evidence), result } };
}

/** An id that went between List and Describe; a CloudTrail that nobody allowed us to read, which is not needed. */
function isOrdinary(of: Of<'reading'>['of'], why: UnknownReason): boolean {
  return (of === 'describe' && why === 'not-found') || (of === 'trail' && why === 'denied');
}

function stageLine({ revocation, exposed, mode }: Of<'stage'>): Line {
  return {
    level: 'info',
    message: STAGE_MESSAGES[revocation.stage],
    fields: { ...revocationFields(revocation), exposed, mode },
  };
}

function verdictLine(report: Of<'verdict'>): Line {
  return {
    level: verdictLevel(report),
    message: VERDICT_MESSAGES[report.verdict.kind],
    fields: { ...decisionFields(report), mode: report.mode },
  };
}

/** Every pod of the cluster is kept once, when it is first judged: that is no news. */
function verdictLevel({ verdict, revocation }: Of<'verdict'>): Level {
  if (verdict.kind === 'keep') return revocation === undefined ? 'debug' : 'info';
  if (verdict.kind === 'undecided') return verdict.reason === 'reading-unknown' ? 'info' : 'warn';
  return 'info';
}

function evictionLine(report: Of<'eviction'>): Line {
  const { outcome, tries, sinceEnd } = report;
  return {
    ...OUTCOME_LINES[outcome.kind],
    fields: {
      ...decisionFields(report),
      ...outcomeFields(outcome),
      tries,
      sinceEndSeconds: sinceEnd === undefined ? undefined : sinceEnd / 1000,
    },
  };
}

function decisionFields(
  report: Of<'verdict' | 'would-evict'> | Of<'eviction'>,
): Readonly<Record<string, unknown>> {
  const { holder, verdict, revocation } = report;
  return {
    ...holderFields(holder),
    ...verdictFields(verdict),
    ...(revocation === undefined ? {} : revocationFields(revocation)),
  };
}
