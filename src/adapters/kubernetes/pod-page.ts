/** Reads a page of a list of pods in either encoding, and of its pods only those that may be holders. */

import { Reader } from 'protobufjs/minimal.js';
import { AudienceSigns } from './audience.ts';
import type { Download } from './client.ts';
import { field, list, text } from './json.ts';
import { LIST_METADATA } from './pod-fields.ts';
import { mayHaveToken } from './protobuf-pod.ts';
import type { Message, Span } from './protobuf.ts';
import { checkEnd, decode, isMessage, isWrapped, skip, spanOf, unwrap } from './protobuf.ts';
import { versionOf } from './watch-event.ts';

export type Page = {
  readonly version: string | undefined;
  /** The token for the next page; undefined on the last. */
  readonly next: string | undefined;
  /**
   * Read one by one, as they are asked for. Every pod whose bytes may hold the audience; the others have no token
   * volume. A pod may come twice. Fails with a SyntaxError where the page turns out to make no sense.
   */
  readonly pods: Iterable<unknown>;
};

/** Go's encoder writes a list so: the continue token is base64, so that there is no brace in it. */
const JSON_HEAD = /^\{"kind":"PodList","apiVersion":"v1","metadata":(\{[^{}]*\}),"items":\[/;
const LONGEST_HEAD = 8192;
/** Stands between two pods; within a text its quotes would be escaped, and nothing in a pod is a list of such. */
const JSON_BETWEEN = Buffer.from('},{"metadata":{');

/** What is wrong with it, in words, where it is no page. `fields` are those of a pod that are read from protobuf. */
export function readPage({ bytes }: Pick<Download, 'bytes'>, fields: Message): Page | string {
  return isWrapped(bytes) ? readProtobuf(bytes, fields) : readJson(bytes);
}

function readJson(bytes: Buffer): Page | string {
  const [head, metadata] = JSON_HEAD.exec(bytes.toString('latin1', 0, LONGEST_HEAD)) ?? [];
  if (head === undefined || metadata === undefined || !isClosed(bytes)) return parseWhole(bytes);
  const parsed: unknown = parse(metadata);
  if (parsed === undefined) return parseWhole(bytes);
  const version = text(field(parsed, 'resourceVersion'));
  return { version, next: text(field(parsed, 'continue')), pods: suspects(bytes, head.length) };
}

function isClosed(bytes: Buffer): boolean {
  return bytes.subarray(-3).toString('latin1').trimEnd().endsWith(']}');
}

/**
 * Cuts out the pods in which a sign of the audience stands. Where what was cut out is no JSON it was not cut between two
 * pods, and then the page is read as a whole.
 */
function* suspects(bytes: Buffer, from: number): Generator {
  const signs = new AudienceSigns(bytes);
  const end = bytes.lastIndexOf(']');
  for (let at = signs.next(from); at < end; ) {
    const before = bytes.lastIndexOf(JSON_BETWEEN, at);
    const after = bytes.indexOf(JSON_BETWEEN, at);
    const begin = before < from ? from : before + 2;
    const close = after === -1 ? end : after + 1;
    const pod = parse(bytes.toString('utf8', begin, close));
    if (pod === undefined) {
      yield* podsOf(parseWhole(bytes));
      return;
    }
    yield pod;
    at = signs.next(close);
  }
}

function podsOf(page: Page | string): Iterable<unknown> {
  if (typeof page === 'string') throw new SyntaxError(page);
  return page.pods;
}

function parse(source: string): unknown {
  try {
    return JSON.parse(source) as unknown;
  } catch {
    return undefined;
  }
}

function parseWhole(bytes: Buffer): Page | string {
  const page = parse(bytes.toString('utf8'));
  return page === undefined ? 'the answer is no JSON' : readBody(page);
}

/** All pods of a page that is parsed already. A list that is not understood must not look like an empty one. */
export function readBody(page: unknown): Page | string {
  const kind = field(page, 'kind') ?? 'PodList';
  const items = field(page, 'items');
  const next = field(field(page, 'metadata'), 'continue') ?? '';
  if (kind !== 'PodList' && kind !== 'List') return 'the answer is no list of pods';
  if (items !== null && !Array.isArray(items)) return 'the list of pods has no items';
  if (typeof next !== 'string') return 'the continue token is no text';
  return { version: versionOf(page), next: text(next), pods: list(items) };
}

function readProtobuf(bytes: Buffer, fields: Message): Page | string {
  try {
    const reader = Reader.create(bytes);
    const { kind, ...span } = unwrap(reader);
    return kind === 'PodList' ? readList(reader, span, fields) : 'the answer is no list of pods';
  } catch {
    return 'the answer is no protobuf';
  }
}

function readList(reader: Reader, { end, start }: Span, fields: Message): Page {
  const found: Span[] = [];
  let metadata = {};
  reader.pos = start;
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (isMessage(tag, 1)) metadata = decode(reader, spanOf(reader), LIST_METADATA);
    else if (isMessage(tag, 2)) {
      const pod = skip(reader);
      if (mayHaveToken(reader, pod)) found.push(pod);
      reader.pos = pod.end;
    } else reader.skipType(tag & 7);
  }
  checkEnd(reader, end);
  const version = text(field(metadata, 'resourceVersion'));
  return { version, next: text(field(metadata, 'continue')), pods: decoded(reader, found, fields) };
}

function* decoded(reader: Reader, found: readonly Span[], fields: Message): Generator {
  for (const span of found) yield decodePod(reader, span, fields);
}

/** A pod that can't be decoded is nothing that could be a pod: it is then told as unreadable. */
function decodePod(reader: Reader, span: Span, fields: Message): unknown {
  try {
    return decode(reader, span, fields);
  } catch {
    return undefined;
  }
}
