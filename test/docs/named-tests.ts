/** The tests that documents name: `- `file`: title`, where the title is exactly that of a test. */

import { files, readText } from './markdown.ts';

/** `file: title`, as a document names a test; what a template fills in is `…`. */
export type Titles = ReadonlySet<string>;

/** A title is the first argument of `test`, or the name of a row of which a test is made. */
export const TITLE =
  /(?:\btest\(|\bname:)\s*(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`)/g;

/** What a pattern with one group for each kind of quotes finds in the text of a test file. */
export function found(pattern: RegExp, file: string, text: string): readonly string[] {
  return [...text.matchAll(pattern)].map(([, ...quoted]) => {
    const title = quoted.find((each) => each !== undefined) ?? '';
    return `${file}: ${title.replaceAll(/\$\{[^}]*\}/g, '…').replaceAll(/\\(.)/g, '$1')}`;
  });
}

export function documentedTests(page: string): readonly string[] {
  return [...page.matchAll(/^- `(test\/[^`]+)`: (.+)$/gm)].map(
    ([, file = '', title = '']) => `${file}: ${title}`,
  );
}

/** Names of tests that do not exist. */
export function unheld(page: string, titles: Titles): readonly string[] {
  return documentedTests(page).filter((name) => !titles.has(name));
}

const TEST_FILES = files('test', '.ts')
  .filter((file) => !file.startsWith('test/docs/'))
  .map((file) => ({ file, text: readText(file) }));

/** What a pattern finds in all test files but those of the documents. */
export function foundInTests(pattern: RegExp): Titles {
  return new Set(TEST_FILES.flatMap(({ file, text }) => found(pattern, file, text)));
}

/** The page with its first named test misspelt: what a check must find. */
export function misspelt(page: string): string {
  return page.replace(/^(- `test\/[^`]+`: .+)$/m, '$1 at all');
}
