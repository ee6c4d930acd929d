/** What the lines of several reports have in common. */

import type { Report } from '../../domain/report.ts';

export type Level = 'debug' | 'info' | 'warn' | 'error';

export type Line = {
  readonly level: Level;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
};

export type Of<K extends Report['kind']> = Extract<Report, { kind: K }>;

export const OUTCOME_LINES = {
  evicted: { level: 'info', message: 'holder evicted' },
  'already-gone': { level: 'info', message: 'holder already gone' },
  replaced: { level: 'info', message: 'holder already replaced' },
  blocked: { level: 'warn', message: 'eviction blocked' },
  forbidden: { level: 'error', message: 'eviction forbidden' },
  unreachable: { level: 'warn', message: 'eviction without an answer' },
} as const satisfies Readonly<Record<Of<'eviction'>['outcome']['kind'], Omit<Line, 'fields'>>>;
