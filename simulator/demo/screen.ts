/** Where the demo prints: plain lines, and colours where a person looks on. */

import { styleText } from 'node:util';
import type { Entry, Stage } from './timeline.ts';
import { entryLines } from './timeline.ts';

export type Style = 'heading' | 'good' | 'bad' | 'quiet';

export type ScreenOptions = {
  readonly write: (text: string) => void;
  readonly hasColours: boolean;
};

type Format = Parameters<typeof styleText>[0];

const STYLES = {
  heading: 'bold',
  good: 'green',
  bad: ['bold', 'red'],
  quiet: 'dim',
} as const satisfies Readonly<Record<Style, Format>>;

const STAGE_STYLES = {
  ended: 'red',
  heard: 'yellow',
  suspected: 'yellow',
  settling: 'yellow',
  confirmed: 'yellow',
  evicted: 'magenta',
  gone: 'cyan',
  started: 'blue',
  watching: 'dim',
  contained: ['bold', 'green'],
  refuted: ['bold', 'red'],
  trouble: ['bold', 'red'],
} as const satisfies Readonly<Record<Stage, Format>>;

export class Screen {
  readonly #options: ScreenOptions;

  constructor(options: ScreenOptions) {
    this.#options = options;
  }

  line(text = ''): void {
    this.#options.write(`${text}\n`);
  }

  lines(all: readonly string[]): void {
    for (const line of all) this.line(line);
  }

  entry(entry: Entry, origin: number): void {
    this.lines(entryLines(entry, origin, (stage, text) => this.#painted(STAGE_STYLES[stage], text)));
  }

  paint(style: Style, text: string): string {
    return this.#painted(STYLES[style], text);
  }

  #painted(format: Format, text: string): string {
    return this.#options.hasColours ? styleText(format, text, { validateStream: false }) : text;
  }
}

/** https://no-color.org: any text that is not empty. */
export function wantsColours(isTerminal: boolean, noColor: string | undefined): boolean {
  return isTerminal && (noColor ?? '') === '';
}
