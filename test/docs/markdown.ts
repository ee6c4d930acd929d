/** Reads the repository's documents: their files, headings, tables, links. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A document by its path from the root of the repository. */
export type Document = { readonly file: string; readonly text: string };

const LEFT_OUT = /(?:^|\/)(?:node_modules|coverage|\.git)(?:\/|$)/;

function filesIn(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (LEFT_OUT.test(path)) return [];
    return entry.isDirectory() ? filesIn(path) : [path];
  });
}

export function readText(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** Every file below a folder whose name ends so, in order. */
export function files(folder: string, ending: string): readonly string[] {
  return filesIn(folder)
    .filter((file) => file.endsWith(ending))
    .toSorted();
}

export function documents(): readonly Document[] {
  return files('.', '.md').map((file) => ({ file, text: readText(file) }));
}

/** The text without its fenced blocks, in which neither headings nor links are meant. */
export function withoutBlocks(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, '');
}

/** The text below a heading of any level, up to the next of the same level or higher. */
export function section(text: string, heading: string): string {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading);
  if (start < 0) throw new Error(`there is no heading "${heading}"`);
  const level = /^#+/.exec(lines[start] ?? '')?.[0].length ?? 0;
  const after = lines.slice(start + 1);
  const end = after.findIndex((line) => new RegExp(`^#{1,${level}} `).test(line));
  return (end < 0 ? after : after.slice(0, end)).join('\n');
}

/** The headings of one level, in order. */
export function headings(text: string, level: number): readonly string[] {
  const found = withoutBlocks(text).matchAll(new RegExp(`^#{${level}} (.+)$`, 'gm'));
  return [...found].map(([, heading = '']) => heading);
}

function isRule(line: string | undefined): boolean {
  return line !== undefined && /^\|(?: *:?-+:? *\|)+$/.test(line);
}

/** The rows of all tables in a text, without their heads, as trimmed cells. */
export function rows(text: string): readonly (readonly string[])[] {
  const lines = text.split('\n');
  return lines
    .filter((line, n) => line.startsWith('|') && !isRule(line) && !isRule(lines[n + 1]))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

/** What stands in backticks in a cell, in order. */
export function codes(cell: string | undefined): readonly string[] {
  return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

/** The anchors of a document's headings, as GitHub makes them. */
export function anchors(text: string): ReadonlySet<string> {
  const counts = new Map<string, number>();
  const made = new Set<string>();
  for (const [, heading = ''] of withoutBlocks(text).matchAll(/^#{1,6} (.+)$/gm)) {
    const slug = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-');
    const count = counts.get(slug) ?? 0;
    counts.set(slug, count + 1);
    made.add(count === 0 ? slug : `${slug}-${count}`);
  }
  return made;
}

/** The targets of the links of a document, both inline and by reference. */
export function links(text: string): readonly string[] {
  const prose = withoutBlocks(text).replaceAll(/`[^`]*`/g, '');
  const inline = [...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)];
  const references = [...prose.matchAll(/^\s*\[[^\]]+\]:\s+(\S+)/gm)];
  return [...inline, ...references].map(([, target = '']) => target);
}

/** What one list has and the other has not, both ways, as sentences for a person. */
export function differences(documented: Iterable<string>, existing: Iterable<string>): readonly string[] {
  const [inDocument, inCode] = [new Set(documented), new Set(existing)];
  return [
    ...[...inDocument.difference(inCode)].map((name) => `documented, but does not exist: ${name}`),
    ...[...inCode.difference(inDocument)].map((name) => `exists, but is not documented: ${name}`),
  ].toSorted();
}
