/** The command line: the one table of commands and their options, and the parser. */

import { parseArgs } from 'node:util';

export type Option = {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** For options with a value: how it is shown. */
  readonly value?: string;
  readonly choices?: readonly string[];
  readonly help: string;
};

export type Command = {
  /** What follows the command's name, such as `NAMESPACE/POD`. */
  readonly operands: readonly string[];
  readonly options: Readonly<Record<string, Option>>;
  readonly help: string;
};

const OUTPUT = {
  type: 'string',
  short: 'o',
  value: 'table|wide|json',
  choices: ['table', 'wide', 'json'],
  help: 'How the result is shown. Default: table.',
} as const satisfies Option;

const QUIET = {
  type: 'boolean',
  short: 'q',
  help: 'No progress on standard error.',
} as const satisfies Option;

const OWN_NAMESPACE = {
  type: 'string',
  short: 'n',
  value: 'NAMESPACE',
  help: 'Where the daemon runs. Default: REVOKER_NAMESPACE.',
} as const satisfies Option;

/** In the order in which --help shows them. */
export const COMMANDS = {
  run: {
    operands: [],
    options: {},
    help: 'Watch the cluster and act, until SIGTERM. The default.',
  },
  audit: {
    operands: [],
    options: {
      output: OUTPUT,
      namespace: {
        type: 'string',
        short: 'n',
        value: 'NAMESPACE',
        help: 'Only the pods of this namespace.',
      },
      quiet: QUIET,
    },
    help: 'Look once and change nothing: every pod that is stale, undecided or missed, with who ended what and when. Exit code 0: nothing is stale; 3: something is; 1: it could not be told.',
  },
  explain: {
    operands: ['NAMESPACE/POD'],
    options: {
      output: { ...OUTPUT, value: 'table|json', choices: ['table', 'json'] },
      quiet: QUIET,
    },
    help: 'Look once at one pod and change nothing: the facts, the history of its identity, each rule that was asked, and the one that spoke.',
  },
  release: {
    operands: ['BRAKE'],
    options: { namespace: OWN_NAMESPACE },
    help: 'Release a brake: what the daemon has noticed until now may be evicted. The brake is mass-end; the others let go when their cause does.',
  },
  pause: {
    operands: [],
    options: {
      namespace: OWN_NAMESPACE,
      reason: { type: 'string', short: 'r', value: 'TEXT', help: 'Why, for those who wonder.' },
    },
    help: 'Have the daemon evict nobody until `resume`. It goes on watching and reporting.',
  },
  resume: {
    operands: [],
    options: { namespace: OWN_NAMESPACE },
    help: 'End a pause.',
  },
} as const satisfies Readonly<Record<string, Command>>;

export type CommandName = keyof typeof COMMANDS;

export type CommandLine = {
  readonly command: CommandName;
  readonly operands: readonly string[];
  readonly options: Readonly<Record<string, string | boolean>>;
};

export type Parsed =
  | { readonly kind: 'command'; readonly line: CommandLine }
  | { readonly kind: 'version' }
  /** Of one command, or of all. */
  | { readonly kind: 'help'; readonly of: CommandName | undefined }
  | { readonly kind: 'wrong'; readonly problem: string };

const COMMON = { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } } as const;

export function parseCommandLine(args: readonly string[]): Parsed {
  const named = args.find((arg) => !arg.startsWith('-')) ?? 'run';
  if (!isCommand(named)) return { kind: 'wrong', problem: `there is no command ${JSON.stringify(named)}` };
  const command: Command = COMMANDS[named];
  try {
    const options = { ...COMMON, ...partsOf(command.options) };
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    if (values['help'] === true) return { kind: 'help', of: args.length > 1 ? named : undefined };
    if (values['version'] === true) return { kind: 'version' };
    const line = { command: named, operands: positionals.slice(1), options: valuesOf(values) };
    const problem = problemOf(line, command);
    return problem === undefined ? { kind: 'command', line } : { kind: 'wrong', problem };
  } catch (error) {
    return { kind: 'wrong', problem: error instanceof Error ? error.message : String(error) };
  }
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

type Part = { readonly type: 'string' | 'boolean'; readonly short?: string };

function partsOf(options: Command['options']): Readonly<Record<string, Part>> {
  const parts = Object.entries(options).map(([name, { type, short }]) => {
    return [name, { type, ...(short !== undefined && { short }) }] as const;
  });
  return Object.fromEntries(parts);
}

function valuesOf(values: Readonly<Record<string, unknown>>): CommandLine['options'] {
  const given = Object.entries(values).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'boolean' ? [[name, value] as const] : [],
  );
  return Object.fromEntries(given);
}

function problemOf({ command, operands, options }: CommandLine, of: Command): string | undefined {
  if (operands.length !== of.operands.length) {
    const wanted = of.operands.length === 0 ? 'no arguments' : of.operands.join(' ');
    return `${command} takes ${wanted}`;
  }
  for (const [name, { choices }] of Object.entries(of.options)) {
    const value = options[name];
    if (choices === undefined || value === undefined || choices.includes(String(value))) continue;
    return `--${name} must be one of ${choices.join(', ')}, not ${JSON.stringify(value)}`;
  }
  return undefined;
}
