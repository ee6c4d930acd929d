/** The Terraform module by the real Terraform, where there is one. */

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { files, ROOT } from '../docs/markdown.ts';
import { DEFAULTS } from './choice.ts';
import { choices } from './choices.ts';
import { appliedOf } from './from-terraform.ts';
import { INPUTS } from './inputs.ts';
import type { Json } from './json.ts';
import { MODULE, scopeOf } from './terraform-module.ts';

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
  for (const file of files(MODULE, '.tf')) copyFileSync(join(ROOT, file), join(folder, basename(file)));
  const run = (...words: readonly string[]): string =>
    execFileSync('terraform', [...words], { cwd: folder, env: ENVIRONMENT, encoding: 'utf8' });
  run('init', '-backend=false', '-input=false', `-plugin-dir=${providers}`);
  assert.match(run('validate', '-no-color'), /Success/);
});
