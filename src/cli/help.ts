/** The text of --help: the commands, and every setting from the one table. */

import { SETTINGS } from '../config.ts';
import type { Command, CommandName } from './command-line.ts';
import { COMMANDS } from './command-line.ts';

const HEAD = `pod-identity-revoker evicts exactly the pods that still hold AWS credentials from an
EKS Pod Identity association that ended.

Usage: pod-identity-revoker [COMMAND] [OPTIONS]
       pod-identity-revoker COMMAND --help
       pod-identity-revoker --version

Commands:
`;

const SETTINGS_HEAD = '\nSettings are environment variables:\n';

const FOOT = `
AWS Region, credentials and endpoints are found the AWS SDK's own way (AWS_REGION, AWS_ENDPOINT_URL_EKS, Pod
Identity, IRSA, profiles, ...), the cluster the Kubernetes client's own way (in-cluster, or KUBECONFIG).

Exit codes: 0 ended as asked; 1 failed; 2 the settings, the arguments or the deployment are wrong.
`;

const WIDTH = 108;

/** Of one command, or of all with the settings. */
export function helpText(of: CommandName | undefined): string {
  if (of !== undefined) return commandHelp(of);
  const names = Object.keys(COMMANDS).map((name) => name.length);
  const width = Math.max(...names) + 2;
  const commands = Object.entries<Command>(COMMANDS).map(([name, { help }]) => {
    const [first = '', ...more] = wrapped(help, WIDTH - width - 2);
    return [`  ${name.padEnd(width)}${first}`, ...more.map((line) => `  ${' '.repeat(width)}${line}`)].join(
      '\n',
    );
  });
  return `${HEAD}${commands.join('\n')}\n${SETTINGS_HEAD}${settingLines().join('\n')}\n${FOOT}`;
}

function commandHelp(name: CommandName): string {
  const { operands, options, help }: Command = COMMANDS[name];
  const usage = [
    'pod-identity-revoker',
    name,
    ...operands,
    ...(Object.keys(options).length > 0 ? ['[OPTIONS]'] : []),
  ];
  const lines = Object.entries(options).flatMap(([option, { short, value, help: text }]) => [
    `  ${short === undefined ? '' : `-${short}, `}--${option}${value === undefined ? '' : ` ${value}`}`,
    ...wrapped(text, WIDTH - 6).map((line) => `      ${line}`),
  ]);
  const shown = lines.length === 0 ? '' : `\nOptions:\n${lines.join('\n')}\n`;
  return `Usage: ${usage.join(' ')}\n\n${wrapped(help, WIDTH).join('\n')}\n${shown}\nThe settings are the same as for run: pod-identity-revoker --help shows them.\n`;
}

function settingLines(): readonly string[] {
  return Object.entries(SETTINGS).flatMap(([name, { fallback, help }]) => [
    `  ${name}${fallback === undefined || fallback === '' ? '' : `=${fallback}`}`,
    ...wrapped(help, WIDTH - 6).map((line) => `      ${line}`),
  ]);
}

function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
