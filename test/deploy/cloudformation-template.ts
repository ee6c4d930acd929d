/** Reads a CloudFormation template and carries out its intrinsic functions, as far as those of deploy/ use them. */

import { isScalar, isSeq, parseDocument, visit, YAMLMap } from 'yaml';
import type { Json, JsonObject } from './json.ts';
import { isObject, listOf, objectOf, textOf, textsOf } from './json.ts';

/** The template as JSON, its functions in their long form: `!Sub x` is `{"Fn::Sub": "x"}`. */
export function parseTemplate(text: string): JsonObject {
  const document = parseDocument(text, { logLevel: 'silent' });
  if (document.errors.length > 0) throw new Error(document.errors.map(String).join('\n'));
  visit(document, {
    Alias: () => {
      throw new Error('CloudFormation knows no YAML aliases');
    },
    Node: (_key, node) => {
      const { tag } = node;
      if (tag?.startsWith('!') !== true || !(isScalar(node) || isSeq(node))) return undefined;
      delete node.tag;
      const name = tag.slice(1);
      const wrapper = new YAMLMap();
      wrapper.set(document.createNode(name === 'Ref' ? name : `Fn::${name}`), node);
      return wrapper;
    },
  });
  return objectOf(document.toJS() as Json, 'the template');
}

/** What a stack is made with: parameters, and the attributes of resources that AWS would choose (`Role.Arn`). */
export type Stack = {
  readonly template: JsonObject;
  readonly parameters: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, string>>;
};

/** Stands for AWS::NoValue until the member or entry that has it is left out. */
const NO_VALUE = { 'AWS::NoValue': true };

export function section(stack: Stack, name: string): JsonObject {
  return objectOf(stack.template[name], name);
}

/** The properties of a resource, or undefined where its condition leaves it out. */
export function properties(stack: Stack, id: string): JsonObject | undefined {
  const resource = objectOf(section(stack, 'Resources')[id], id);
  if (!isMade(stack, resource)) return undefined;
  return objectOf(resolved(stack, resource['Properties'] ?? {}), id);
}

/** The outputs whose conditions hold. */
export function outputs(stack: Stack): Readonly<Record<string, Json>> {
  const made = Object.entries(section(stack, 'Outputs'))
    .map(([name, output]) => [name, objectOf(output, name)] as const)
    .filter(([, output]) => isMade(stack, output));
  return Object.fromEntries(made.map(([name, output]) => [name, resolved(stack, output['Value'] ?? null)]));
}

function isMade(stack: Stack, { Condition }: JsonObject): boolean {
  return Condition === undefined || holds(stack, textOf(Condition, 'a condition'));
}

export function holds(stack: Stack, condition: string): boolean {
  const declared = section(stack, 'Conditions')[condition];
  if (declared === undefined) throw new Error(`there is no condition ${condition}`);
  return resolved(stack, declared) === true;
}

export function resolved(stack: Stack, value: Json): Json {
  if (Array.isArray(value)) {
    return (value as readonly Json[])
      .map((each) => resolved(stack, each))
      .filter((each) => each !== NO_VALUE);
  }
  if (!isObject(value)) return value;
  const [entry, more] = Object.entries(value);
  const [name = '', argument = null] = entry ?? [];
  const carryOut = more === undefined ? FUNCTIONS[name] : undefined;
  if (carryOut !== undefined) return carryOut(stack, argument);
  if (name.startsWith('Fn::')) throw new Error(`${name} is not understood`);
  const members = Object.entries(value).map(([key, member]) => [key, resolved(stack, member)] as const);
  return Object.fromEntries(members.filter(([, member]) => member !== NO_VALUE));
}

const FUNCTIONS: Readonly<Record<string, (stack: Stack, argument: Json) => Json>> = {
  Ref: (stack, name) => valueOf(stack, textOf(name, 'Ref')),
  Condition: (stack, name) => holds(stack, textOf(name, 'Condition')),
  'Fn::GetAtt': (stack, path) => valueOf(stack, textOf(path, 'GetAtt')),
  'Fn::Sub': (stack, text) =>
    textOf(text, 'Sub').replaceAll(/\$\{([^}]+)\}/g, (_all, name: string) =>
      textOf(valueOf(stack, name), name),
    ),
  'Fn::Join': (stack, argument) => {
    const [separator, parts] = listOf(argument, 'Join');
    return textsOf(resolved(stack, parts ?? null), 'Join').join(textOf(separator, 'Join'));
  },
  'Fn::If': (stack, argument) => {
    const [condition, yes = null, no = null] = listOf(argument, 'If');
    return resolved(stack, holds(stack, textOf(condition, 'If')) ? yes : no);
  },
  'Fn::Equals': (stack, argument) => {
    const [one, other] = listOf(resolved(stack, argument), 'Equals');
    return one === other;
  },
  'Fn::Not': (stack, argument) => listOf(resolved(stack, argument), 'Not')[0] !== true,
  'Fn::And': (stack, argument) => listOf(resolved(stack, argument), 'And').every((each) => each === true),
  'Fn::Or': (stack, argument) => listOf(resolved(stack, argument), 'Or').includes(true),
};

/** A parameter (given or by default), a pseudo parameter, a resource's id or an attribute of it. */
function valueOf({ template, parameters, attributes }: Stack, name: string): Json {
  if (name === 'AWS::NoValue') return NO_VALUE;
  const found = parameters[name] ?? attributes[name];
  if (found !== undefined) return found;
  const declared = objectOf(template['Parameters'], 'Parameters')[name];
  const fallback = isObject(declared) ? declared['Default'] : undefined;
  if (fallback === undefined) throw new Error(`${name} has no value`);
  return fallback;
}
