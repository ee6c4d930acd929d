/** The text of --help: the commands, and every setting from the one table. */

import { SETTINGS } from '../config.ts';

const HEAD = `pod-identity-revoker evicts exactly the pods that still hold AWS credentials from an
EKS Pod Identity association that ended.

Usage: pod-identity-revoker [run]
       pod-identity-revoker --help | --version

Commands:
  run    Watch the cluster and act, until SIGTERM. The default.

Settings are environment variables:
`;

const FOOT = `
AWS Region, credentials and endpoints are found the AWS SDK's own way (AWS_REGION, AWS_ENDPOINT_URL_EKS, Pod
Identity, IRSA, profiles, ...), the cluster the Kubernetes client's own way (in-cluster, or KUBECONFIG).

Exit codes: 0 stopped as asked; 1 failed; 2 the settings, the arguments or the deployment are wrong.
`;

const WIDTH = 108;

export function helpText(): string {
  const lines = Object.entries(SETTINGS).flatMap(([name, { fallback, help }]) => [
    `  ${name}${fallback === undefined || fallback === '' ? '' : `=${fallback}`}`,
    ...wrapped(help, WIDTH - 6).map((line) => `      ${line}`),
  ]);
  return `${HEAD}${lines.join('\n')}\n${FOOT}`;
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
