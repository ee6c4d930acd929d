/** What a report says in the log: its level, its message, its fields. */

import type { Refusal as RecordRefusal } from '../../domain/hint.ts';
import type { UnknownReason } from '../../domain/reading.ts';
import type { Report, RosterReport, StandingReport } from '../../domain/report.ts';
import { isRosterReport, isStandingReport } from '../../domain/report.ts';
import type { Stage } from '../../domain/revocation.ts';
import type { Verdict } from '../../domain/verdict.ts';
import type { Level, Line, Of } from './line-parts.ts';
import { OUTCOME_LINES } from './line-parts.ts';
import { rosterLine } from './roster-line.ts';
import { standingLine } from './standing-line.ts';
import {
  errorFields,
  evidenceFields,
  holderFields,
  outcomeFields,
  revocationFields,
  verdictFields,
} from './fields.ts';

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
  force: 'holder to be deleted by force',
  undecided: 'holder undecided',
  exempt: 'holder exempt',
} as const satisfies Readonly<Record<Verdict['kind'], string>>;

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
  if (isRosterReport(report)) return rosterLine(report);
  return isStandingReport(report) ? standingLine(report) : lineOfOther(report);
}

function lineOfOther(report: Exclude<Report, RosterReport | StandingReport>): Line {
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
    case 'refused':
      return refusedLine(report);
    case 'unreadable-pod':
      return unreadableLine(report);
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

function refusedLine({ channel, why, detail }: Of<'refused'>): Line {
  return {
    level: REFUSAL_LEVELS[why],
    message: 'record is no hint',
    fields: { source: channel, why, detail },
  };
}

function unreadableLine({ pod: { uid, namespace, name, why } }: Of<'unreadable-pod'>): Line {
  return { level: 'warn', message: 'pod unreadable', fields: { namespace, pod: name, uid, why } };
}

function stageLine({ revocation, exposed, takes, mode }: Of<'stage'>): Line {
  return {
    level: 'info',
    message: STAGE_MESSAGES[revocation.stage],
    fields: {
      ...revocationFields(revocation),
      exposed,
      takesSeconds: takes === undefined ? undefined : takes / 1000,
      mode,
    },
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
  const { outcome, isForced, tries, sinceEnd } = report;
  return {
    ...OUTCOME_LINES[outcome.kind],
    fields: {
      ...decisionFields(report),
      ...outcomeFields(outcome),
      isForced: isForced || undefined,
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
