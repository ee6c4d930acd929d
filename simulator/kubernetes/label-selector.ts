/** Label selectors: the text form of query strings and the structured form of budgets and workloads. */

import { at, isRecord, type JsonObject, listAt, recordAt, textAt } from './object.ts';
import { badRequest } from './status.ts';

type Requirement = {
  readonly key: string;
  readonly operator: 'in' | 'notin' | 'exists' | 'absent';
  readonly values: readonly string[];
};

export type LabelTest = (labels: Readonly<Record<string, string>> | undefined) => boolean;

const KEY = '[A-Za-z0-9](?:[A-Za-z0-9_./-]*[A-Za-z0-9])?';
const SET = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const EQUALITY = new RegExp(`^(${KEY})\\s*(==|=|!=)\\s*([A-Za-z0-9_.-]*)$`);
const EXISTENCE = new RegExp(`^(!?)\\s*(${KEY})$`);

/** `a=b,c!=d,e in (f,g),h notin (i),j,!k`; 400 for anything else. */
export function parseLabelSelector(text: string): LabelTest {
  const parts = text.split(/,(?![^(]*\))/).map((part) => part.trim());
  if (parts.length === 1 && parts[0] === '') return () => true;
  return testOf(parts.map(parseRequirement));
}

function parseRequirement(text: string): Requirement {
  const requirement = parseSet(text) ?? parseEquality(text) ?? parseExistence(text);
  if (requirement === undefined) throw badRequest(`unable to parse requirement: found '${text}'`);
  return requirement;
}

function parseSet(text: string): Requirement | undefined {
  const [, key, word, values] = SET.exec(text) ?? [];
  if (key === undefined || values === undefined) return undefined;
  const operator = word === 'in' ? 'in' : 'notin';
  return { key, operator, values: values.split(',').map((value) => value.trim()) };
}

function parseEquality(text: string): Requirement | undefined {
  const [, key, sign, value] = EQUALITY.exec(text) ?? [];
  if (key === undefined || value === undefined) return undefined;
  return { key, operator: sign === '!=' ? 'notin' : 'in', values: [value] };
}

function parseExistence(text: string): Requirement | undefined {
  const [, negation, key] = EXISTENCE.exec(text) ?? [];
  if (key === undefined) return undefined;
  return { key, operator: negation === '!' ? 'absent' : 'exists', values: [] };
}

/** metav1.LabelSelector: an empty one is true for all, a missing one for none. */
export function structuredSelector(selector: unknown): LabelTest {
  if (!isRecord(selector)) return () => false;
  const equal = Object.entries(recordAt(selector, 'matchLabels')).map(
    ([key, value]): Requirement => ({ key, operator: 'in', values: [String(value)] }),
  );
  const expressions = listAt(selector, 'matchExpressions').filter(isRecord).map(requirementOf);
  return testOf([...equal, ...expressions]);
}

const OPERATORS: Readonly<Record<string, Requirement['operator']>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: 'absent',
};

function requirementOf(expression: JsonObject): Requirement {
  const operator = OPERATORS[textAt(expression, 'operator') ?? ''];
  if (operator === undefined) {
    throw badRequest(`${JSON.stringify(at(expression, 'operator'))} is not a valid label selector operator`);
  }
  return { key: textAt(expression, 'key') ?? '', operator, values: listAt(expression, 'values').map(String) };
}

function testOf(requirements: readonly Requirement[]): LabelTest {
  return (labels = {}) => requirements.every((requirement) => isMet(requirement, labels));
}

function isMet({ key, operator, values }: Requirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'in':
      return value !== undefined && values.includes(value);
    case 'notin':
      return value === undefined || !values.includes(value);
    case 'exists':
      return value !== undefined;
    case 'absent':
      return value === undefined;
  }
}
