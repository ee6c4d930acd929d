/** One reporter over several: order, and a failure that stays where it is. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fanOut } from '../../../src/adapters/report/fan-out.ts';
import type { Report } from '../../../src/domain/report.ts';
import type { Reporter } from '../../../src/ports/reporter.ts';

const REPORT: Report = { kind: 'unreadable-pod', pod: { why: 'x' } };

function remembering(into: string[], name: string): Reporter {
  return { report: ({ kind }) => into.push(`${name} ${kind}`) };
}

function throwing(error: Error): Reporter {
  return {
    report: () => {
      throw error;
    },
  };
}

test('each gets each report, in order', () => {
  const told: string[] = [];
  fanOut([remembering(told, 'a'), remembering(told, 'b')]).report(REPORT);
  assert.deepEqual(told, ['a unreadable-pod', 'b unreadable-pod']);
});

test('one that throws stops neither the others nor the caller, and is told to the others as a bug', () => {
  const told: string[] = [];
  fanOut([remembering(told, 'a'), throwing(new Error('broken')), remembering(told, 'c')]).report(REPORT);
  assert.deepEqual(told, ['a unreadable-pod', 'a bug', 'c bug', 'c unreadable-pod']);
});

test('all throwing is still no concern of the caller', () => {
  fanOut([throwing(new Error('one')), throwing(new Error('two'))]).report(REPORT);
});
