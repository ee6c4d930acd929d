/** What an operator is told to type exists: values, commands, parameters and outputs, routes, files, annotations, reasons. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PAUSED, releaseOf } from '../../src/adapters/kubernetes/control-annotations.ts';
import { EVENT_REASONS } from '../../src/adapters/kubernetes/event-note.ts';
import { parseCommandLine } from '../../src/cli/command-line.ts';
import { RELEASABLE_BRAKES } from '../../src/domain/controls.ts';
import { parseTemplate } from '../deploy/cloudformation-template.ts';
import { objectOf } from '../deploy/json.ts';
import { blocksOf, readModule } from '../deploy/terraform-module.ts';
import { readText, ROOT } from './markdown.ts';
import {
  commandLines,
  found,
  parameters,
  routes,
  settings,
  shellLines,
  terraformOutputs,
  variables,
  words,
} from './typed.ts';

const PAGES = [
  'docs/quick-start.md',
  'docs/upgrade.md',
  'docs/runbook.md',
  'README.md',
  'deploy/README.md',
  'charts/pod-identity-revoker/README.md',
] as const;

type Schema = {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly enum?: readonly unknown[];
  readonly definitions?: Readonly<Record<string, Schema>>;
};

const SCHEMA = JSON.parse(readText('charts/pod-identity-revoker/values.schema.json')) as Schema;

/** The schema of one value; undefined where the chart refuses its name. */
function schemaAt(path: readonly string[], within: Schema = SCHEMA): Schema | undefined {
  const { $ref } = within;
  if ($ref !== undefined)
    return schemaAt(path, SCHEMA.definitions?.[$ref.replace('#/definitions/', '')] ?? {});
  const [first, ...rest] = path;
  if (first === undefined) return within;
  const properties = new Map(Object.entries(within.properties ?? {}));
  const next = properties.get(first) ?? within.additionalProperties;
  return typeof next === 'object' ? schemaAt(rest, next) : undefined;
}

/** `key=value`, as after `--set`: the key is there, and the value is one of those where there is a list. */
function isValue(setting: string): boolean {
  const [, key = '', value = ''] = /^([^=]*)=(.*)$/.exec(setting) ?? [];
  const schema = schemaAt(key.split(/(?<!\\)\./).map((part) => part.replaceAll('\\.', '.')));
  return schema !== undefined && (schema.enum?.includes(value) ?? true);
}

function routesOf(file: string, port: number): readonly string[] {
  return found([readText(`src/adapters/http/${file}`)], /app\.get\('([^']+)'/g).map(
    (path) => `${port}${path}`,
  );
}

const TEMPLATE = parseTemplate(readText('deploy/cloudformation/pod-identity-revoker.yaml'));

function ofTemplate(part: 'Parameters' | 'Outputs'): readonly string[] {
  return Object.keys(objectOf(TEMPLATE[part], part));
}

function ofModule(type: 'variable' | 'output'): readonly string[] {
  return blocksOf(readModule(), type).flatMap(({ labels }) => labels);
}

function oneOf(existing: readonly string[]): (name: string) => boolean {
  return (name) => existing.includes(name);
}

type Check = {
  readonly what: string;
  readonly named: (text: string) => readonly string[];
  readonly exists: (name: string) => boolean;
  /** How many there are at least in all pages: fewer, and they were not found. */
  readonly atLeast: number;
  readonly right: string;
  /** Each has one that does not exist. */
  readonly lies: readonly string[];
};

const CHECKS: readonly Check[] = [
  {
    what: 'value of the chart',
    named: settings,
    exists: isValue,
    atLeast: 15,
    right:
      "helm x --set mode=enforce,region=a --set 'serviceAccount.annotations.a\\.b/c=d' --set image.tag=1",
    lies: ['--set planted=1', '--set image.planted=1', '--set mode=planted', '--set mode=dry-run,planted=1'],
  },
  {
    what: 'command',
    named: commandLines,
    exists: (line) => parseCommandLine(words(line)).kind !== 'wrong',
    atLeast: 10,
    right: "node src/main.ts audit -o json | jq .\nnode src/main.ts pause --reason 'a b' # why",
    lies: ['node src/main.ts planted', 'node /app/src/main.ts audit --planted', 'node src/main.ts explain'],
  },
  {
    what: 'parameter of the template',
    named: parameters,
    exists: oneOf(ofTemplate('Parameters')),
    atLeast: 2,
    right: 'aws x --parameter-overrides ClusterName=a Namespace=b --y',
    lies: [
      'aws x --parameter-overrides Planted=a',
      'aws x --parameter-overrides \\\n  Namespace=a Planted=b',
    ],
  },
  {
    what: 'output of the template',
    named: (text) => found(shellLines(text), /OutputKey==`(\w+)`/g),
    exists: oneOf(ofTemplate('Outputs')),
    atLeast: 3,
    right: "aws x --query 'Stacks[0].Outputs[?OutputKey==`QueueUrl`].OutputValue'",
    lies: ["aws x --query 'Stacks[0].Outputs[?OutputKey==`Planted`].OutputValue'"],
  },
  {
    what: 'variable of the module',
    named: variables,
    exists: oneOf(ofModule('variable')),
    atLeast: 1,
    right: "terraform -chdir=a apply -var cluster_name=b -var 'namespace=c'",
    lies: ['terraform apply -var planted=a', "terraform apply -var namespace=a -var='planted=b'"],
  },
  {
    what: 'output of the module',
    named: terraformOutputs,
    exists: oneOf(ofModule('output')),
    atLeast: 3,
    right: 'terraform -chdir=a output -raw queue_url',
    lies: ['terraform output planted', 'X=$(terraform -chdir=a output -raw planted)'],
  },
  {
    what: 'route',
    named: routes,
    exists: oneOf([...routesOf('observe.ts', 8080), ...routesOf('status-api.ts', 8081)]),
    atLeast: 6,
    right: "curl 'http://127.0.0.1:8081/api/v1/holders?state=due'\ncurl http://127.0.0.1:8080/readyz",
    lies: ['curl http://127.0.0.1:8081/readyz', 'curl http://127.0.0.1:8080/planted'],
  },
  {
    what: 'file',
    named: (text) => found(shellLines(text), /(?<![\w/.-])((?:deploy|charts|src)\/[\w./-]+)/g),
    exists: (path) => existsSync(join(ROOT, path)),
    atLeast: 8,
    right: 'helm x oci://REGISTRY/charts/a\nterraform -chdir=deploy/terraform init\nkubectl x deployment/a',
    lies: ['helm x charts/planted', 'aws x --template-file deploy/cloudformation/planted.yaml'],
  },
  {
    what: 'annotation',
    named: (text) => found([text], /\b(pod-identity-revoker\.io\/[a-z]+(?:-[a-z]+)*)/g),
    exists: oneOf([PAUSED, ...RELEASABLE_BRAKES.map(releaseOf)]),
    atLeast: 2,
    right: 'kubectl x pod-identity-revoker.io/paused=a\nkubectl x pod-identity-revoker.io/paused-',
    lies: ['kubectl x pod-identity-revoker.io/planted=a'],
  },
  {
    what: 'reason of an Event',
    named: (text) => found(shellLines(text), /\breason=(\w+)/g),
    exists: oneOf(EVENT_REASONS),
    atLeast: 1,
    right: 'kubectl get events --field-selector reason=PodIdentityRevoked',
    lies: ['kubectl get events --field-selector reason=Planted'],
  },
];

function typed(lines: string): string {
  return `\`\`\`sh\n${lines}\n\`\`\`\n`;
}

for (const { what, named, exists, atLeast, right, lies } of CHECKS) {
  const isMissing = (name: string): boolean => !exists(name);

  test(`every ${what} that an operator is told to type exists`, () => {
    const all = PAGES.flatMap((file) => named(readText(file)).map((name) => ({ file, name })));
    assert.ok(all.length >= atLeast, `only ${all.length} were found`);
    const missing = all.filter(({ name }) => isMissing(name));
    assert.deepEqual(missing, []);
  });

  test(`${what}: planted lies are found, and what is right passes`, () => {
    assert.deepEqual(named(typed(right)).filter(isMissing), []);
    for (const lie of lies) assert.equal(named(typed(lie)).filter(isMissing).length, 1, lie);
  });
}

test('commands in backticks are read too, and planted ones are found', () => {
  assert.deepEqual(commandLines('`pod-identity-revoker release mass-end` and `pod-identity-revoker`'), [
    'release mass-end',
  ]);
  assert.deepEqual(commandLines('`pod-identity-revoker\nplanted`'), ['planted']);
});
