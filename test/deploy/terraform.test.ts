/** The Terraform module by itself: whole, documented, with validations that refuse. */

import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { test } from 'node:test';
import { codes, differences, files, readText, rows, section } from '../docs/markdown.ts';
import { DEFAULTS, ISSUER } from './choice.ts';
import { appliedOf } from './from-terraform.ts';
import { type Body, parseHcl } from './hcl-syntax.ts';
import { expressionsOf, referencesOf, valueOf } from './hcl-values.ts';
import { INPUTS } from './inputs.ts';
import type { Json } from './json.ts';
import { textOf } from './json.ts';
import type { Module } from './terraform-module.ts';
import { blocksOf, MODULE, parseModule, readModule, refusals } from './terraform-module.ts';

const FILES = files(MODULE, '.tf');
const READ = readModule();

test('the module has its files, and each says in its first line what it is for', () => {
  assert.deepEqual(
    FILES.map((file) => basename(file)),
    ['main.tf', 'outputs.tf', 'policies.tf', 'variables.tf', 'versions.tf'],
  );
  for (const file of FILES) assert.match(readText(file), /^# [A-Z].*\.\n/, file);
});

/** What is referred to and not declared, and what is declared and not referred to. */
function loose({ blocks, locals }: Module): readonly string[] {
  // The type of a variable is a word and no reference.
  const expressions = blocks.flatMap(
    ({
      body: {
        attributes: { type: _type, ...attributes },
        blocks: inner,
      },
    }) => expressionsOf({ attributes, blocks: inner }),
  );
  const used = expressions.flatMap(referencesOf).map(([root, ...steps]) => {
    if (root === 'data') return ['data', ...steps.slice(0, 2)].join('.');
    return [root, ...steps.slice(0, 1)].join('.');
  });
  const declared = blocks.flatMap(({ type, labels }) => {
    if (type === 'variable') return [`var.${labels[0]}`];
    if (type === 'data') return [`data.${labels.join('.')}`];
    return type === 'resource' ? [labels.join('.')] : [];
  });
  const all = [...declared, ...Object.keys(locals).map((name) => `local.${name}`)];
  const needed = all.filter((name) => /^(?:var|local|data)\./.test(name));
  return [
    ...[...new Set(used).difference(new Set(all))].map((name) => `${name} is not declared`),
    ...[...new Set(needed).difference(new Set(used))].map((name) => `${name} is not used`),
  ];
}

test('every reference leads to a declaration, and nothing is declared for nothing', () => {
  assert.deepEqual(loose(READ), []);
  const planted = parseModule([...FILES.map(readText), 'variable "more" {}\nlocals {\n  x = var.none\n}\n']);
  assert.deepEqual(loose(planted), [
    'var.none is not declared',
    'var.more is not used',
    'local.x is not used',
  ]);
});

test('what is not balanced or not understood is refused, not passed over', () => {
  for (const text of [
    'a = [1',
    'b {',
    'a = "x',
    'a = "${x"',
    'a = 1 }',
    'a = 1\na = 2',
    'a = x +',
    'a = @',
  ]) {
    assert.throws(() => parseHcl(text), text);
  }
});

/** By the provider's documentation. A misspelt one would be found only by a provider, and there is none here. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  aws_iam_role: ['name_prefix', 'description', 'permissions_boundary', 'assume_role_policy', 'tags'],
  aws_iam_role_policy: ['name', 'role', 'policy'],
  aws_eks_pod_identity_association: ['cluster_name', 'namespace', 'service_account', 'role_arn', 'tags'],
  aws_sqs_queue: [
    'name',
    'message_retention_seconds',
    'visibility_timeout_seconds',
    'receive_wait_time_seconds',
    'sqs_managed_sse_enabled',
    'kms_master_key_id',
    'redrive_policy',
    'tags',
  ],
  aws_sqs_queue_policy: ['queue_url', 'policy'],
  aws_sqs_queue_redrive_allow_policy: ['queue_url', 'redrive_allow_policy'],
  aws_cloudwatch_event_rule: ['name', 'description', 'event_pattern', 'tags'],
  aws_cloudwatch_event_target: ['rule', 'target_id', 'arn', 'dead_letter_config'],
};

function unknownArguments(module: Module): readonly string[] {
  return blocksOf(module, 'resource').flatMap(({ labels: [type = ''], body }) => {
    const known = new Set([...(ARGUMENTS[type] ?? []), 'count', 'depends_on']);
    const given = [...Object.keys(body.attributes), ...body.blocks.map((block) => block.type)];
    return given.filter((name) => !known.has(name)).map((name) => `${type} has no ${name}`);
  });
}

test('every resource is given arguments that it has', () => {
  assert.deepEqual(unknownArguments(READ), []);
  const planted = parseModule(['resource "aws_sqs_queue" "x" {\n  visibility_timeout = 1\n}\n']);
  assert.deepEqual(unknownArguments(planted), ['aws_sqs_queue has no visibility_timeout']);
});

/** An attribute that refers to nothing, or undefined where it is not set. */
function constantOf({ attributes }: Body, name: string): Json | undefined {
  const expression = attributes[name];
  const scope = (): Json => assert.fail(`${name} refers to something`);
  return expression === undefined ? undefined : valueOf(expression, scope);
}

test('every variable and output is described, and every input that is no switch is validated', () => {
  for (const type of ['variable', 'output']) {
    for (const { labels, body } of blocksOf(READ, type)) {
      assert.match(textOf(constantOf(body, 'description'), 'a description'), /\.$/, labels[0]);
    }
  }
  const validated = blocksOf(READ, 'variable')
    .filter(({ body }) => body.blocks.some(({ type }) => type === 'validation'))
    .map(({ labels }) => labels[0] ?? '');
  assert.deepEqual(
    differences(
      validated,
      INPUTS.map(({ names }) => names[1]),
    ),
    [],
  );
});

function refusedWith(variables: Readonly<Record<string, Json>>): readonly string[] {
  const applied = appliedOf(DEFAULTS);
  return refusals({ ...applied, variables: { ...applied.variables, ...variables } });
}

for (const {
  names: [, name],
  taken,
  refused,
} of INPUTS) {
  test(`${name} takes what it should and refuses the rest`, () => {
    for (const value of taken) assert.deepEqual(refusedWith({ [name]: value }), [], value);
    for (const value of [...refused, ...(name === 'name' ? [''] : [])]) {
      assert.ok(refusedWith({ [name]: value }).includes(name), value);
    }
  });
}

test('irsa needs an issuer, and a long cluster name a name', () => {
  assert.deepEqual(refusedWith({ credentials: 'irsa' }), ['oidc_issuer']);
  assert.deepEqual(refusedWith({ credentials: 'irsa', oidc_issuer: ISSUER }), []);
  assert.deepEqual(refusedWith({ cluster_name: 'a'.repeat(44) }), ['name']);
  assert.deepEqual(refusedWith({ cluster_name: 'a'.repeat(44), name: 'a' }), []);
});

test('README.md of the module lists every variable with its default, and every output', () => {
  const page = readText(`${MODULE}/README.md`);
  const declared = blocksOf(READ, 'variable').map(({ labels, body }) => {
    const fallback = constantOf(body, 'default');
    const shown = typeof fallback === 'object' ? JSON.stringify(fallback) : String(fallback ?? 'required');
    return `${labels[0]} ${shown}`;
  });
  const documented = rows(section(page, 'Inputs')).map(
    ([name, fallback]) => `${codes(name)[0]} ${codes(fallback)[0] ?? fallback}`,
  );
  assert.deepEqual(documented, declared);
  const outputs = blocksOf(READ, 'output').map(({ labels }) => labels[0]);
  assert.deepEqual(
    rows(section(page, 'Outputs')).flatMap(([name]) => codes(name)),
    outputs,
  );
});
