/** The table of values in the chart's README, from the comments of its values.yaml. */

import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';

type Value = { readonly path: string; readonly fallback: string; readonly comment: string };
type Group = { readonly title: string; readonly values: readonly Value[] };

const GROUP = /^ -- (.+)$/m;

/** A heading for each `# -- Title` of values.yaml, and a row for each value below it. */
export function valuesTables(yaml: string): string {
  return groupsOf(yaml)
    .map(({ title, values }) =>
      [`### ${title}`, '', '| Value | Default | Meaning |', '| --- | --- | --- |', ...values.map(row)].join(
        '\n',
      ),
    )
    .join('\n\n');
}

/** The comments by the paths of their values, such as `image.tag`. */
export function valueComments(yaml: string): ReadonlyMap<string, string> {
  const values = groupsOf(yaml).flatMap((group) => group.values);
  return new Map(values.map(({ path, comment }) => [path, comment]));
}

function row({ path, fallback, comment }: Value): string {
  return `| \`${path}\` | ${fallback} | ${comment.replaceAll('|', '\\|')} |`;
}

function groupsOf(yaml: string): readonly Group[] {
  const document = parseDocument(yaml);
  if (!isMap(document.contents)) throw new Error('values.yaml is not a map');
  const groups: { title: string; values: Value[] }[] = [];
  for (const pair of document.contents.items as readonly Pair[]) {
    const before = commentOf(pair, document.contents, document.commentBefore);
    const title = GROUP.exec(before)?.[1];
    if (title !== undefined) groups.push({ title, values: [] });
    const group = groups.at(-1);
    if (group === undefined) throw new Error('values.yaml needs a line "# -- Title" before its first value');
    group.values.push(...valuesOf(pair, before));
  }
  return groups;
}

/** A map whose members have comments is documented by them; anything else is one value. */
function valuesOf(pair: Pair, before: string, prefix = ''): readonly Value[] {
  const path = prefix + nameOf(pair);
  const { value } = pair;
  const comment = textOf(before);
  if (comment === '' && isMap(value)) {
    return (value.items as readonly Pair[]).flatMap((member) =>
      valuesOf(member, commentOf(member, value, null), `${path}.`),
    );
  }
  if (comment === '') throw new Error(`values.yaml: ${path} has no comment`);
  return [{ path, fallback: defaultOf(value), comment }];
}

function nameOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : String(key);
}

/** The parser gives the comment before the first member of a map to the map, and that of the first map to the document. */
function commentOf(pair: Pair, map: YAMLMap, ofDocument: string | null | undefined): string {
  const own = isScalar(pair.key) ? pair.key.commentBefore : undefined;
  const before = map.items[0] === pair ? [ofDocument, map.commentBefore] : [];
  return [...before, own].filter((text) => typeof text === 'string').join('\n\n');
}

/** The lines after the last empty one or heading, as one paragraph. */
function textOf(comment: string): string {
  const lines = comment.split('\n').map((line) => line.trim());
  const start = lines.findLastIndex((line) => line === '' || line.startsWith('-- ')) + 1;
  return lines.slice(start).join(' ').trim();
}

function defaultOf(value: unknown): string {
  const plain: unknown =
    typeof value === 'object' && value !== null && 'toJSON' in value
      ? (value as { toJSON(): unknown }).toJSON()
      : value;
  if (plain === null || plain === undefined) return 'unset';
  return plain === '' ? 'empty' : `\`${typeof plain === 'string' ? plain : JSON.stringify(plain)}\``;
}
