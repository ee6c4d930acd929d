/** Reads what a document tells an operator to type: the commands of its shell blocks, and what they name. */

import { codes, withoutBlocks } from './markdown.ts';

/** The lines of the shell blocks, those that are continued as one, without comments. */
export function shellLines(text: string): readonly string[] {
  const blocks = [...text.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map(([, block = '']) => block);
  return blocks.flatMap((block) => block.replaceAll(/\\\n\s*/g, '').split('\n')).map(withoutComment);
}

function withoutComment(line: string): string {
  return line.replace(/(?:^|\s)#.*$/, '');
}

export function found(lines: readonly string[], pattern: RegExp): readonly string[] {
  return lines.flatMap((line) => [...line.matchAll(pattern)].map(([, name = '']) => name));
}

export function words(text: string): readonly string[] {
  return (text.match(/'[^']*'|"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll(/^['"]|['"]$/g, ''));
}

export function settings(text: string): readonly string[] {
  return found(shellLines(text), /--set(?:-string)?[ =]('[^']*'|"[^"]*"|\S+)/g).flatMap((given) =>
    given.replaceAll(/^['"]|['"]$/g, '').split(/,(?=[\w.]+=)/),
  );
}

/** What follows the name of the binary, in a block and in backticks, up to where the shell ends the command. */
export function commandLines(text: string): readonly string[] {
  const inBlocks = found(shellLines(text), /\bsrc\/main\.ts ([^|>;&]+)/g);
  const inProse = codes(withoutBlocks(text)).map((code) => code.replaceAll(/\s+/g, ' '));
  return [...inBlocks, ...found(inProse, /^(?:node src\/main\.ts|pod-identity-revoker) (.+)$/g)];
}

export function parameters(text: string): readonly string[] {
  return found(shellLines(text), /--parameter-overrides ((?:\w+=\S+ ?)+)/g).flatMap((given) =>
    found([given], /(\w+)=\S+/g),
  );
}

export function variables(text: string): readonly string[] {
  return found(
    shellLines(text).filter((line) => line.includes('terraform')),
    / -var[ =]'?(\w+)=/g,
  );
}

export function terraformOutputs(text: string): readonly string[] {
  const all = [...shellLines(text), ...codes(withoutBlocks(text))];
  return found(all, /\bterraform (?:-\S+ )*output (?:-\w+ )*(\w+)/g);
}

/** `8081/api/v1/status`: the port says which of the two listeners is meant. */
export function routes(text: string): readonly string[] {
  return found([text], /http:\/\/127\.0\.0\.1:(\d+\/[^\s?'"`)]*)/g);
}
