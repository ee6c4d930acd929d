/** Cuts HCL into tokens, as far as the Terraform module of deploy/ uses it: no here-documents and no directives. */

export type Token =
  | { readonly kind: 'name' | 'mark'; readonly text: string; readonly line: number }
  | { readonly kind: 'number'; readonly value: number; readonly line: number }
  | { readonly kind: 'template'; readonly parts: readonly Part[]; readonly line: number };

/** A quoted text is made of literals and of the tokens of its interpolations. */
export type Part = string | readonly Token[];

const SPACE = /[ \t\r]+|#[^\n]*|\/\/[^\n]*|\/\*[\s\S]*?\*\//y;
const NAME = /[A-Za-z_][A-Za-z0-9_-]*/y;
const NUMBER = /\d+(?:\.\d+)?/y;
const MARK = /==|!=|<=|>=|&&|\|\||[{}()[\],.?:!=<>\n]/y;
const LITERAL = /(?:[^"\\$%\n]|\\["\\nt]|\$(?!\{)|%(?!\{))+/y;
const ESCAPES: Readonly<Record<string, string>> = { '\\"': '"', '\\\\': '\\', '\\n': '\n', '\\t': '\t' };

type Cursor = { readonly text: string; at: number };

export function tokens(text: string): readonly Token[] {
  const cursor = { text, at: 0 };
  const found = tokensUntil(cursor, undefined);
  return found;
}

/** Up to the end of the text, or to the mark that closes an interpolation, which is taken too. */
function tokensUntil(cursor: Cursor, close: '}' | undefined): readonly Token[] {
  const found: Token[] = [];
  let depth = 0;
  for (;;) {
    take(cursor, SPACE);
    if (cursor.at === cursor.text.length) {
      if (close === undefined) return found;
      throw unexpected(cursor, 'an interpolation that is not closed');
    }
    const token = next(cursor);
    if (token.kind === 'mark' && token.text === '{') depth += 1;
    if (token.kind === 'mark' && token.text === '}') {
      if (depth === 0 && close !== undefined) return found;
      depth -= 1;
    }
    found.push(token);
  }
}

function next(cursor: Cursor): Token {
  const line = lineOf(cursor);
  const name = take(cursor, NAME);
  if (name !== undefined) return { kind: 'name', text: name, line };
  const number = take(cursor, NUMBER);
  if (number !== undefined) return { kind: 'number', value: Number(number), line };
  const mark = take(cursor, MARK);
  if (mark !== undefined) return { kind: 'mark', text: mark, line };
  if (take(cursor, /"/y) !== undefined) return { kind: 'template', parts: partsOf(cursor), line };
  throw unexpected(cursor, 'a character that is not understood');
}

function partsOf(cursor: Cursor): readonly Part[] {
  const parts: Part[] = [];
  for (;;) {
    if (take(cursor, /"/y) !== undefined) return parts;
    const literal = take(cursor, LITERAL);
    if (literal !== undefined) parts.push(literal.replaceAll(/\\./g, (escape) => ESCAPES[escape] ?? escape));
    else if (take(cursor, /\$\{/y) !== undefined) parts.push(tokensUntil(cursor, '}'));
    else throw unexpected(cursor, 'a text that is not closed or not understood');
  }
}

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  let taken: string | undefined;
  for (;;) {
    pattern.lastIndex = cursor.at;
    const found = pattern.exec(cursor.text)?.[0];
    if (found === undefined) return taken;
    cursor.at += found.length;
    taken = (taken ?? '') + found;
    if (pattern !== SPACE) return taken;
  }
}

function lineOf({ text, at }: Cursor): number {
  return text.slice(0, at).split('\n').length;
}

function unexpected(cursor: Cursor, what: string): Error {
  return new Error(`line ${lineOf(cursor)}: ${what}`);
}
