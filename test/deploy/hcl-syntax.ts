/** Parses HCL: blocks, attributes, and expressions without `for`, splat and arithmetic. */

import type { Part, Token } from './hcl-text.ts';
import { tokens } from './hcl-text.ts';

export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'template'; readonly parts: readonly (string | Expression)[] }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [Expression, Expression])[] }
  /** `var.name`, `aws_sqs_queue.this[0].url`: the steps, a number where it is an index. */
  | { readonly kind: 'reference'; readonly path: readonly (string | number)[] }
  | { readonly kind: 'call'; readonly name: string; readonly values: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: 'choice';
      readonly when: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    };

export type Block = { readonly type: string; readonly labels: readonly string[]; readonly body: Body };
export type Body = {
  readonly attributes: Readonly<Record<string, Expression>>;
  readonly blocks: readonly Block[];
};

export function parseHcl(text: string): Body {
  const cursor = new Cursor(tokens(text));
  const body = bodyOf(cursor);
  if (!cursor.ended) throw cursor.unexpected();
  return body;
}

/** Operators from the loosest to the tightest. */
const OPERATORS = [['||'], ['&&'], ['==', '!='], ['<', '<=', '>', '>=']] as const;

class Cursor {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(all: readonly Token[]) {
    this.#tokens = all;
  }

  get ended(): boolean {
    return this.#at === this.#tokens.length;
  }

  peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  next(): Token {
    const token = this.peek();
    if (token === undefined) throw this.unexpected();
    this.#at += 1;
    return token;
  }

  take(mark: string): boolean {
    const token = this.peek();
    const isIt = token?.kind === 'mark' && token.text === mark;
    if (isIt) this.#at += 1;
    return isIt;
  }

  expect(mark: string): void {
    if (!this.take(mark)) throw this.unexpected();
  }

  skipLines(): void {
    while (this.take('\n'));
  }

  unexpected(): Error {
    const token = this.peek();
    if (token === undefined) return new Error('the text ends too early');
    const what = 'text' in token ? token.text : token.kind;
    return new Error(`line ${token.line}: unexpected ${JSON.stringify(what)}`);
  }
}

/** Up to the brace that closes the body, which is not taken, or to the end. */
function bodyOf(cursor: Cursor): Body {
  const attributes: Record<string, Expression> = {};
  const blocks: Block[] = [];
  for (cursor.skipLines(); cursor.peek()?.kind === 'name'; cursor.skipLines()) {
    const name = nameOf(cursor);
    if (cursor.take('=')) {
      if (Object.hasOwn(attributes, name)) throw new Error(`${name} is set twice`);
      attributes[name] = expressionOf(cursor);
      if (cursor.peek() !== undefined && !isMark(cursor.peek(), '}')) cursor.expect('\n');
    } else blocks.push(blockOf(cursor, name));
  }
  return { attributes, blocks };
}

function blockOf(cursor: Cursor, type: string): Block {
  const labels: string[] = [];
  for (let token = cursor.peek(); token?.kind === 'template'; token = cursor.peek()) {
    labels.push(token.parts.map(String).join(''));
    cursor.next();
  }
  cursor.expect('{');
  const body = bodyOf(cursor);
  cursor.expect('}');
  return { type, labels, body };
}

function nameOf(cursor: Cursor): string {
  const token = cursor.peek();
  if (token?.kind !== 'name') throw cursor.unexpected();
  cursor.next();
  return token.text;
}

function isMark(token: Token | undefined, mark: string): boolean {
  return token?.kind === 'mark' && token.text === mark;
}

function expressionOf(cursor: Cursor): Expression {
  const when = binaryOf(cursor, 0);
  if (!cursor.take('?')) return when;
  const yes = expressionOf(cursor);
  cursor.expect(':');
  return { kind: 'choice', when, yes, no: expressionOf(cursor) };
}

function binaryOf(cursor: Cursor, level: number): Expression {
  const operators = OPERATORS[level];
  if (operators === undefined) return unaryOf(cursor);
  let left = binaryOf(cursor, level + 1);
  for (;;) {
    const operator = operators.find((each) => cursor.take(each));
    if (operator === undefined) return left;
    left = { kind: 'binary', operator, left, right: binaryOf(cursor, level + 1) };
  }
}

function unaryOf(cursor: Cursor): Expression {
  if (cursor.take('!')) return { kind: 'not', of: unaryOf(cursor) };
  if (cursor.take('(')) {
    const inner = expressionOf(cursor);
    cursor.expect(')');
    return inner;
  }
  if (cursor.take('[')) return { kind: 'list', items: itemsOf(cursor, ']') };
  if (cursor.take('{')) return { kind: 'object', members: membersOf(cursor) };
  return primaryOf(cursor);
}

function primaryOf(cursor: Cursor): Expression {
  const token = cursor.peek();
  if (token === undefined || token.kind === 'mark') throw cursor.unexpected();
  cursor.next();
  if (token.kind === 'number') return { kind: 'literal', value: token.value };
  if (token.kind === 'template') return { kind: 'template', parts: token.parts.map(partOf) };
  if (token.text === 'true' || token.text === 'false') {
    return { kind: 'literal', value: token.text === 'true' };
  }
  if (token.text === 'null') return { kind: 'literal', value: null };
  if (cursor.take('(')) return { kind: 'call', name: token.text, values: itemsOf(cursor, ')') };
  return { kind: 'reference', path: [token.text, ...stepsOf(cursor)] };
}

function partOf(part: Part): string | Expression {
  if (typeof part === 'string') return part;
  const cursor = new Cursor(part);
  const expression = expressionOf(cursor);
  if (!cursor.ended) throw cursor.unexpected();
  return expression;
}

function stepsOf(cursor: Cursor): readonly (string | number)[] {
  const steps: (string | number)[] = [];
  for (;;) {
    if (cursor.take('.')) steps.push(nameOf(cursor));
    else if (cursor.take('[')) {
      const index = cursor.next();
      if (index.kind !== 'number') throw cursor.unexpected();
      steps.push(index.value);
      cursor.expect(']');
    } else return steps;
  }
}

function itemsOf(cursor: Cursor, close: string): readonly Expression[] {
  const items: Expression[] = [];
  for (cursor.skipLines(); !cursor.take(close); cursor.skipLines()) {
    items.push(expressionOf(cursor));
    cursor.skipLines();
    if (!cursor.take(',')) {
      cursor.expect(close);
      return items;
    }
  }
  return items;
}

/** A bare name is a key as it stands; members end with a line or a comma. */
function membersOf(cursor: Cursor): readonly (readonly [Expression, Expression])[] {
  const members: (readonly [Expression, Expression])[] = [];
  for (cursor.skipLines(); !cursor.take('}'); cursor.skipLines()) {
    const key = expressionOf(cursor);
    cursor.expect('=');
    const name: Expression =
      key.kind === 'reference' && key.path.length === 1
        ? { kind: 'literal', value: String(key.path[0]) }
        : key;
    members.push([name, expressionOf(cursor)]);
    if (!cursor.take(',') && !isMark(cursor.peek(), '}')) cursor.expect('\n');
  }
  return members;
}
