/** The Terraform module of deploy/, evaluated without Terraform: what each resource and output would be given. */

import { files, readText } from '../docs/markdown.ts';
import type { Block, Expression } from './hcl-syntax.ts';
import { parseHcl } from './hcl-syntax.ts';
import type { Scope } from './hcl-values.ts';
import { bodyValue, valueOf, within } from './hcl-values.ts';
import type { Json, JsonObject } from './json.ts';

export const MODULE = 'deploy/terraform';

export type Module = {
  readonly blocks: readonly Block[];
  readonly locals: Readonly<Record<string, Expression>>;
};

export function parseModule(texts: readonly string[]): Module {
  const blocks = texts.flatMap((text) => parseHcl(text).blocks);
  const locals = blocksOf({ blocks }, 'locals').flatMap(({ body }) => Object.entries(body.attributes));
  return { blocks, locals: Object.fromEntries(locals) };
}

export function readModule(): Module {
  return parseModule(files(MODULE, '.tf').map(readText));
}

export function blocksOf({ blocks }: Pick<Module, 'blocks'>, type: string): readonly Block[] {
  return blocks.filter((block) => block.type === type);
}

export type Applied = {
  readonly module: Module;
  readonly variables: Readonly<Record<string, Json>>;
  /** `data.…` by its path. */
  readonly data: Readonly<Record<string, string>>;
  /** The attributes that AWS chooses, of a resource by its type and name. */
  readonly made: (type: string, name: string) => JsonObject;
};

export function scopeOf(applied: Applied): Scope {
  const scope: Scope = ([root = '', ...steps]) => {
    if (root === 'var') return within(variableOf(applied, String(steps[0])), steps.slice(1));
    if (root === 'local') return within(localOf(applied, String(steps[0]), scope), steps.slice(1));
    if (root === 'data') return dataOf(applied, steps.join('.'));
    return resourceOf(applied, [root, ...steps], scope);
  };
  return scope;
}

function variableOf({ module, variables }: Applied, name: string): Json {
  const declared = blocksOf(module, 'variable').find(({ labels }) => labels[0] === name);
  if (declared === undefined) throw new Error(`there is no variable ${name}`);
  const given = variables[name];
  if (given !== undefined) return given;
  const fallback = declared.body.attributes['default'];
  if (fallback === undefined) throw new Error(`the variable ${name} has no value`);
  return valueOf(fallback, nothing);
}

const nothing: Scope = (path) => {
  throw new Error(`${path.join('.')} can't stand here`);
};

function localOf({ module }: Applied, name: string, scope: Scope): Json {
  const declared = module.locals[name];
  if (declared === undefined) throw new Error(`there is no local ${name}`);
  return valueOf(declared, scope);
}

function dataOf({ data }: Applied, path: string): Json {
  const value = data[path];
  if (value === undefined) throw new Error(`there is no data.${path}`);
  return value;
}

function resourceOf(applied: Applied, path: readonly (string | number)[], scope: Scope): Json {
  const [type, name, ...steps] = path;
  const block = resourceBlock(applied.module, String(type), String(name));
  if (block === undefined) throw new Error(`there is no resource ${path.join('.')}`);
  const count = countOf(block, scope);
  const one: Json = applied.made(block.labels[0] ?? '', block.labels[1] ?? '');
  const all = count === undefined ? one : Array.from({ length: count }, () => one);
  return within(all, steps);
}

function resourceBlock(module: Module, type: string, name: string): Block | undefined {
  return blocksOf(module, 'resource').find(({ labels }) => labels[0] === type && labels[1] === name);
}

function countOf({ body }: Block, scope: Scope): number | undefined {
  const count = body.attributes['count'];
  return count === undefined ? undefined : Number(valueOf(count, scope));
}

/** What a resource is given, or undefined where its count is 0. A member that is null is left out. */
export function resource(applied: Applied, type: string, name: string): JsonObject | undefined {
  const scope = scopeOf(applied);
  const block = resourceBlock(applied.module, type, name);
  if (block === undefined) throw new Error(`there is no resource ${type}.${name}`);
  return countOf(block, scope) === 0 ? undefined : bodyValue(block.body, scope);
}

export function outputs(applied: Applied): Readonly<Record<string, Json>> {
  const scope = scopeOf(applied);
  const values = blocksOf(applied.module, 'output').map(({ labels, body }) => {
    const { value } = body.attributes;
    return [labels[0] ?? '', value === undefined ? null : valueOf(value, scope)] as const;
  });
  return Object.fromEntries(values.filter(([, value]) => value !== null));
}

/** The messages of the validations that refuse the variables. */
export function refusals(applied: Applied): readonly string[] {
  const scope = scopeOf(applied);
  return blocksOf(applied.module, 'variable').flatMap(({ labels, body }) =>
    body.blocks
      .filter(({ type }) => type === 'validation')
      .filter(({ body: { attributes } }) => {
        const { condition } = attributes;
        return condition === undefined || valueOf(condition, scope) !== true;
      })
      .map(() => labels[0] ?? ''),
  );
}
