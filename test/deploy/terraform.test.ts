/** The Terraform module by itself: whole, tidy, with validations that refuse; and by the real Terraform where there is one. */

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { codes, differences, files, readText, ROOT, rows, section } from '../docs/markdown.ts';
import { choices } from './choices.ts';
import { appliedOf, DEFAULTS, ISSUER } from './deployed.ts';
import { type Body, parseHcl } from './hcl-syntax.ts';
import { expressionsOf, referencesOf, valueOf } from './hcl-values.ts';
import { INPUTS } from './inputs.ts';
import type { Json } from './json.ts';
import { textOf } from './json.ts';
import type { Module } from './terraform-module.ts';
import { blocksOf, MODULE, parseModule, readModule, refusals, scopeOf } from './terraform-module.ts';

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

const ENVIRONMENT = {
  ...process.env,
  CHECKPOINT_DISABLE: '1',
  TF_CLI_CONFIG_FILE: '/dev/null',
  TF_IN_AUTOMATION: '1',
};

function hasTerraform(t: TestContext): boolean {
  const found = spawnSync('terraform', ['version'], { env: ENVIRONMENT }).status === 0;
  if (!found) t.skip('NO TERRAFORM HERE: the module was not checked by the real one');
  return found;
}

test('terraform fmt has nothing to change', (t) => {
  if (!hasTerraform(t)) return;
  execFileSync('terraform', ['fmt', '-check', '-diff', join(ROOT, MODULE)], { env: ENVIRONMENT });
});

/** What the real Terraform makes of names and policies, without a provider and without anything that is made. */
function evaluatedByTerraform(folder: string, variables: Readonly<Record<string, Json>>): Json {
  writeFileSync(join(folder, 'choice.auto.tfvars.json'), JSON.stringify(variables));
  const run = ['apply', '-auto-approve', '-no-color', '-input=false'];
  execFileSync('terraform', run, { cwd: folder, env: ENVIRONMENT, stdio: 'pipe' });
  const state = JSON.parse(readFileSync(join(folder, 'terraform.tfstate'), 'utf8')) as {
    readonly outputs: { readonly all: { readonly value: string } };
  };
  return JSON.parse(state.outputs.all.value) as Json;
}

const EVALUATED = [
  'name',
  'role_policy',
  'trust_policy',
  'queue_policy',
  'dead_letters_policy',
  'redrive_allow_policy',
  'key_policy_statement',
  'event_pattern',
] as const;

function folderWithPolicies(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'terraform-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const name of ['variables.tf', 'policies.tf'])
    copyFileSync(join(ROOT, MODULE, name), join(folder, name));
  const place = `locals {\n  partition  = "aws"\n  region     = "eu-central-1"\n  account_id = "111122223333"\n}\n`;
  const members = EVALUATED.map((name) => `    ${name} = local.${name}\n`).join('');
  writeFileSync(
    join(folder, 'all.tf'),
    `${place}output "all" {\n  value = jsonencode({\n${members}  })\n}\n`,
  );
  return folder;
}

/** Each run takes a third of a second. */
const BY_TERRAFORM: ReadonlySet<string> = new Set([
  'defaults',
  'irsa, no association, queue, key, lookup',
  'no irsa, association, no queue, key, no lookup',
  'name revocations_1',
]);

test('the real Terraform makes the same names and policies as this test', (t) => {
  if (!hasTerraform(t)) return;
  const folder = folderWithPolicies(t);
  assert.ok(BY_TERRAFORM.isSubsetOf(new Set(choices().map((each) => each.title))));
  for (const { title, choice } of choices().filter((each) => BY_TERRAFORM.has(each.title))) {
    const applied = appliedOf(choice);
    const scope = scopeOf(applied);
    const own = Object.fromEntries(EVALUATED.map((name) => [name, scope(['local', name])]));
    assert.deepEqual(evaluatedByTerraform(folder, applied.variables), own, title);
  }
});

test('the real Terraform refuses what this test refuses', (t) => {
  if (!hasTerraform(t)) return;
  const folder = folderWithPolicies(t);
  const { variables } = appliedOf(DEFAULTS);
  assert.doesNotThrow(() => evaluatedByTerraform(folder, variables));
  for (const {
    names: [, name],
    refused: [bad = ''],
  } of INPUTS) {
    assert.throws(
      () => evaluatedByTerraform(folder, { ...variables, [name]: bad }),
      /Invalid value for variable/,
      bad,
    );
  }
});

test('terraform validate, with the provider from the folder TEST_TERRAFORM_PROVIDERS', (t) => {
  const providers = process.env['TEST_TERRAFORM_PROVIDERS'];
  if (providers === undefined) {
    t.skip('NO AWS PROVIDER HERE: the arguments of the resources were not checked by terraform validate');
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'terraform-'));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const file of FILES) copyFileSync(join(ROOT, file), join(folder, basename(file)));
  const run = (...words: readonly string[]): string =>
    execFileSync('terraform', [...words], { cwd: folder, env: ENVIRONMENT, encoding: 'utf8' });
  run('init', '-backend=false', '-input=false', `-plugin-dir=${textOf(providers, 'the folder')}`);
  assert.match(run('validate', '-no-color'), /Success/);
});
