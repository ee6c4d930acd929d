/** The timeline: what happened, when, as lines of text that stay within a terminal's width. */

export const STAGES = [
  'ended',
  'heard',
  'suspected',
  'settling',
  'confirmed',
  'evicted',
  'gone',
  'started',
  'watching',
  'contained',
  'refuted',
  'trouble',
] as const;
export type Stage = (typeof STAGES)[number];

export type Entry = {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly stage: Stage;
  readonly text: string;
};

export const WIDTH = 100;
const TIME_WIDTH = 9;
const STAGE_WIDTH = 11;

/** `+  6.6 s`: tenths of a second, with room for 999.9 s. */
export function sinceText(at: number, origin: number): string {
  const seconds = (at - origin) / 1000;
  return `${seconds < 0 ? '-' : '+'}${Math.abs(seconds).toFixed(1).padStart(5)} s`;
}

/** `8.6 s`. */
export function secondsText(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** `45 min`, `2 h`: how long something had lasted. */
export function ageText(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return `${Math.round(ms / 1000)} s`;
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** The time, the stage through `paint`, and the text; long texts go on below their beginning. */
export function entryLines(
  { at, stage, text }: Entry,
  origin: number,
  paint: (stage: Stage, text: string) => string = (_, plain) => plain,
): readonly string[] {
  const indent = TIME_WIDTH + 1 + STAGE_WIDTH;
  const time = sinceText(at, origin).padEnd(TIME_WIDTH);
  const [first = '', ...more] = wrapped(text, WIDTH - indent);
  const head = `${time} ${paint(stage, stage)}${' '.repeat(STAGE_WIDTH - stage.length)}${first}`;
  return [head, ...more.map((line) => ' '.repeat(indent) + line)];
}

/** Lines of at most `width` characters, broken between words; a longer word has a line of its own. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const inside = rest.lastIndexOf(' ', width);
    const end = inside > 0 ? inside : rest.indexOf(' ');
    if (end === -1) break;
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}

/** Text after a heading of `indent` characters, wrapped, with the later lines below the first. */
export function hanging(heading: string, indent: number, text: string): readonly string[] {
  const lines = wrapped(text, WIDTH - indent);
  return lines.map((line, index) => (index === 0 ? heading : '').padEnd(indent) + line);
}
