/** Evaluates parsed HCL: Terraform's meaning of the few functions and operators that the module of deploy/ uses. */

import type { Body, Expression } from './hcl-syntax.ts';
import type { Json, JsonObject } from './json.ts';
import { isObject, listOf, textOf, textsOf } from './json.ts';

/** What a reference stands for. Throws where nothing is declared by that name. */
export type Scope = (path: readonly (string | number)[]) => Json;

export function valueOf(expression: Expression, scope: Scope): Json {
  const value = (each: Expression): Json => valueOf(each, scope);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'template':
      return joined(expression.parts, scope);
    case 'list':
      return expression.items.map(value);
    case 'object':
      return Object.fromEntries(
        expression.members.map(([key, member]) => [shown(value(key)), value(member)]),
      );
    case 'reference':
      return scope(expression.path);
    case 'call':
      return called(expression.name, expression.values, scope);
    case 'not':
      return !truth(value(expression.of));
    case 'binary':
      return combined(expression.operator, expression.left, expression.right, scope);
    case 'choice':
      return chosen(expression, scope);
  }
}

function chosen({ when, yes, no }: Extract<Expression, { kind: 'choice' }>, scope: Scope): Json {
  return valueOf(truth(valueOf(when, scope)) ? yes : no, scope);
}

function joined(parts: readonly (string | Expression)[], scope: Scope): string {
  return parts.map((part) => (typeof part === 'string' ? part : shown(valueOf(part, scope)))).join('');
}

/** Terraform puts no null, list or object into a text. */
function shown(value: Json): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return String(value);
  throw new Error(`can't be part of a text: ${JSON.stringify(value)}`);
}

function truth(value: Json): boolean {
  if (typeof value !== 'boolean') throw new Error(`no condition: ${JSON.stringify(value)}`);
  return value;
}

function combined(operator: string, left: Expression, right: Expression, scope: Scope): Json {
  const [one, other] = [valueOf(left, scope), () => valueOf(right, scope)];
  switch (operator) {
    case '||':
      return truth(one) || truth(other());
    case '&&':
      return truth(one) && truth(other());
    case '==':
      return one === other();
    case '!=':
      return one !== other();
    case '<=':
      return Number(one) <= Number(other());
    default:
      throw new Error(`the operator ${operator} is not understood`);
  }
}

const CALLS: Readonly<Record<string, (values: readonly Json[]) => Json>> = {
  concat: (lists) => lists.flatMap((list) => listOf(list, 'concat')),
  contains: ([list, value]) => listOf(list, 'contains').includes(value ?? null),
  join: ([separator, list]) => textsOf(list, 'join').join(textOf(separator, 'join')),
  jsonencode: ([value]) => JSON.stringify(value),
  length: ([value]) => (typeof value === 'string' ? value.length : listOf(value, 'length').length),
  regex: ([pattern, text]) => {
    const found = new RegExp(textOf(pattern, 'regex')).exec(textOf(text, 'regex'));
    if (found === null) throw new Error('regex: no match');
    return found[0];
  },
};

function called(name: string, values: readonly Expression[], scope: Scope): Json {
  if (name === 'can') return values.every((each) => succeeds(each, scope));
  const call = CALLS[name];
  if (call === undefined) throw new Error(`the function ${name} is not understood`);
  return call(values.map((each) => valueOf(each, scope)));
}

function succeeds(expression: Expression, scope: Scope): boolean {
  try {
    valueOf(expression, scope);
    return true;
  } catch {
    return false;
  }
}

/** Every reference in an expression. */
export function referencesOf(expression: Expression): readonly (readonly (string | number)[])[] {
  switch (expression.kind) {
    case 'literal':
      return [];
    case 'template':
      return expression.parts.flatMap((part) => (typeof part === 'string' ? [] : referencesOf(part)));
    case 'list':
      return expression.items.flatMap(referencesOf);
    case 'object':
      return expression.members.flat().flatMap(referencesOf);
    case 'reference':
      return [expression.path];
    case 'call':
      return expression.values.flatMap(referencesOf);
    case 'not':
      return referencesOf(expression.of);
    case 'binary':
      return [expression.left, expression.right].flatMap(referencesOf);
    case 'choice':
      return [expression.when, expression.yes, expression.no].flatMap(referencesOf);
  }
}

/** Every expression of a body and of the blocks in it. */
export function expressionsOf(body: Body): readonly Expression[] {
  return [...Object.values(body.attributes), ...body.blocks.flatMap((block) => expressionsOf(block.body))];
}

/** A body as JSON: attributes by name, inner blocks as members of their type. */
export function bodyValue(body: Body, scope: Scope): JsonObject {
  const attributes = Object.entries(body.attributes)
    .filter(([name]) => name !== 'depends_on')
    .map(([name, expression]) => [name, valueOf(expression, scope)] as const);
  const blocks = body.blocks.map((block) => [block.type, bodyValue(block.body, scope)] as const);
  return Object.fromEntries([...attributes, ...blocks].filter(([, value]) => value !== null));
}

/** A value inside another, by steps. */
export function within(value: Json, steps: readonly (string | number)[]): Json {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  const inner =
    typeof step === 'number' ? listOf(value, String(step))[step] : isObject(value) ? value[step] : undefined;
  if (inner === undefined) throw new Error(`there is no ${step} in ${JSON.stringify(value)}`);
  return within(inner, rest);
}
