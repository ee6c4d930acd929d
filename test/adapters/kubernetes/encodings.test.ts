/** Whatever way a pod comes, the same facts are taken from it as from a plain reading of its JSON. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  encodePod,
  encodePodList,
  encodeWatchFrame,
  unknownOf,
} from '../../../simulator/kubernetes/protobuf-encode.ts';
import { AudienceSigns } from '../../../src/adapters/kubernetes/audience.ts';
import { podFields } from '../../../src/adapters/kubernetes/pod-fields.ts';
import { readPage } from '../../../src/adapters/kubernetes/pod-page.ts';
import type { Projection } from '../../../src/adapters/kubernetes/projection.ts';
import { project } from '../../../src/adapters/kubernetes/projection.ts';
import { readProtobufEvent } from '../../../src/adapters/kubernetes/protobuf-event.ts';
import type { WatchEvent } from '../../../src/adapters/kubernetes/watch-event.ts';
import { readJsonEvent } from '../../../src/adapters/kubernetes/watch-event.ts';
import type { OddPod } from './odd-pods.ts';
import { oddPods } from './odd-pods.ts';
import { podList, rawPod } from './support.ts';

const LABELS = ['app', '__proto__', '😀 é'];
const FIELDS = podFields(LABELS);
const AUDIENCE = 'pods.eks.amazonaws.com';
const nobody = (): boolean => false;
const firstSign = (json: string): number => new AudienceSigns(Buffer.from(json)).next(0);

/** What a plain reading finds, holders and unreadable ones. */
function plainly(pods: readonly OddPod[]): readonly Projection[] {
  const read = pods.map((pod) => project(JSON.parse(JSON.stringify(pod)), LABELS));
  return read.filter(({ kind }) => kind !== 'not-a-holder');
}

function projected(pods: Iterable<unknown>): readonly Projection[] {
  return [...pods].map((pod) => project(pod, LABELS)).filter(({ kind }) => kind !== 'not-a-holder');
}

function page(bytes: Buffer): Iterable<unknown> {
  const read = readPage({ bytes }, FIELDS);
  if (typeof read === 'string') return assert.fail(read);
  assert.equal(read.version, '500');
  assert.equal(read.next, 'bmV4dA');
  return read.pods;
}

function told(events: readonly WatchEvent[]): readonly unknown[] {
  return events.flatMap((event) => {
    if (event.kind === 'passed') return [];
    return event.kind === 'present' ? [event.pod] : assert.fail(JSON.stringify(event));
  });
}

/** As Go writes it. */
const goJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[&<>]/g, (each) => `\\u00${each.charCodeAt(0).toString(16)}`);

/** As a server is free to write it: every letter of every text escaped, so that none of it is spelled out. */
const escapedJson = (value: unknown): string =>
  JSON.stringify(value).replace(/"(?:[^"\\]|\\.)*"/g, (literal) => {
    const characters = JSON.parse(literal) as string;
    return `"${[...Array(characters.length).keys()].map((at) => `\\u${characters.charCodeAt(at).toString(16).padStart(4, '0')}`).join('')}"`;
  });

const listed = (pods: readonly object[]): object => podList(pods, '500', 'bmV4dA');
const event = (pod: object): object => ({
  type: 'MODIFIED',
  object: { kind: 'Pod', apiVersion: 'v1', ...pod },
});
const message = (pod: object): Buffer => encodePod({ ...pod });
const head = { resourceVersion: '500', continue: 'bmV4dA' };

const WAYS: Readonly<Record<string, (pods: readonly OddPod[]) => Iterable<unknown>>> = {
  'a page as Go writes it': (pods) => page(Buffer.from(`${goJson(listed(pods))}\n`)),
  'a page for people': (pods) => page(Buffer.from(JSON.stringify(listed(pods), undefined, 2))),
  'a page with every text escaped': (pods) => page(Buffer.from(escapedJson(listed(pods)))),
  'a page with escaped pods': (pods) =>
    page(Buffer.from(JSON.stringify(listed([])).replace('[]', `[${pods.map(escapedJson).join(',')}]`))),
  'a page of protobuf': (pods) => page(encodePodList(head, pods.map(message))),
  'lines of a watch': (pods) =>
    told(pods.map((pod) => readJsonEvent(Buffer.from(goJson(event(pod))), nobody))),
  'escaped lines of a watch': (pods) =>
    told(pods.map((pod) => readJsonEvent(Buffer.from(escapedJson(event(pod))), nobody))),
  'frames of a watch': (pods) =>
    told(
      pods.map((pod) =>
        readProtobufEvent(
          encodeWatchFrame('MODIFIED', unknownOf('Pod', message(pod))).subarray(4),
          nobody,
          FIELDS,
        ),
      ),
    ),
};

for (const [name, read] of Object.entries(WAYS)) {
  test(`odd pods by ${name} are what a plain reading finds`, () => {
    fc.assert(
      fc.property(oddPods, (pods) => {
        assert.deepEqual(projected(read(pods)), plainly(pods));
      }),
      { numRuns: 150 },
    );
  });
}

test('the odd pods are of every kind, so that the comparison can fail', () => {
  const pods = fc.sample(oddPods, { numRuns: 1000, seed: 1 }).flat();
  const kinds = pods.map((pod) => project(pod, []).kind);
  for (const kind of ['holder', 'unreadable', 'not-a-holder']) {
    assert.ok(kinds.filter((each) => each === kind).length > 20, kind);
  }
  const holders = pods.flatMap((pod) => {
    const projection = project(pod, []);
    return projection.kind === 'holder' ? [projection.holder] : [];
  });
  for (const fact of ['terminating', 'grace', 'finalizers', 'isMirror'] as const) {
    const having = holders.filter((holder) => holder[fact] !== undefined).length;
    assert.ok(having > 20 && having < holders.length - 20, `${fact} in ${having} of ${holders.length}`);
  }
});

test('of pods that have no token volume next to none is read', () => {
  const pods = Array.from({ length: 50 }, (_, n) => rawPod({ name: `p${n}`, holds: n === 7 || n === 31 }));
  const env = { containers: [{ name: 'main', env: [{ name: 'A', value: AUDIENCE }] }] };
  const decoy = rawPod({ name: 'decoy', holds: false, spec: env });
  const all = [...pods, decoy];
  assert.equal([...page(Buffer.from(JSON.stringify(listed(all))))].length, 3);
  assert.equal([...page(encodePodList(head, all.map(message)))].length, 2);
});

test('every spelling of the audience that JSON allows is a sign, and other escapes are none', () => {
  for (let place = 0; place < AUDIENCE.length; place += 1) {
    const code = AUDIENCE.charCodeAt(place).toString(16).padStart(4, '0');
    for (const spelled of [`\\u${code}`, `\\u${code.toUpperCase()}`]) {
      const json = `{"a":"${AUDIENCE.slice(0, place)}${spelled}${AUDIENCE.slice(place + 1)}"}`;
      assert.deepEqual(JSON.parse(json), { a: AUDIENCE });
      assert.equal(firstSign(json), 6 + place, json);
    }
  }
  assert.equal(firstSign(`{"a":"${AUDIENCE}"}`), 6);
  for (const json of [
    '{}',
    '{"a":"\\u0026 \\u003c \\u2028 \\u000a \\u00e9"}',
    `{"a":"pods.eks.amazonaws.org"}`,
  ]) {
    assert.equal(firstSign(json), Number.POSITIVE_INFINITY, json);
  }
});

test('a pod that holds lists of pod-like objects is not taken apart', () => {
  const inner = [{ metadata: { name: 'x' } }, { metadata: { name: AUDIENCE } }, { metadata: { name: 'z' } }];
  const pods = [rawPod({ name: 'a' }), rawPod({ name: 'b', spec: { future: inner } }), rawPod({ name: 'c' })];
  const names = projected(page(Buffer.from(JSON.stringify(listed(pods))))).flatMap((each) =>
    each.kind === 'holder' ? [each.holder.name] : [],
  );
  assert.deepEqual(new Set(names), new Set(['a', 'b', 'c']));
});

test('bytes that are cut off or spoiled are a problem or an event of no sense, and never an exception', () => {
  const bytes = encodePodList(head, [message(rawPod()), message(rawPod({ name: 'b' }))]);
  const frame = encodeWatchFrame('ADDED', unknownOf('Pod', message(rawPod()))).subarray(4);
  for (let length = 0; length < bytes.length - 4; length += 1) {
    const read = readPage({ bytes: bytes.subarray(0, length) }, FIELDS);
    assert.ok(typeof read === 'string' || read.version === undefined, `${length} bytes of a page`);
  }
  for (let length = 0; length < frame.length; length += 1) {
    assert.equal(readProtobufEvent(frame.subarray(0, length), nobody, FIELDS).kind, 'garbage', `${length}`);
  }
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
      const spoiled = Buffer.from(bytes);
      spoiled[at] = value;
      const read = readPage({ bytes: spoiled }, FIELDS);
      if (typeof read !== 'string') projected(read.pods);
      const spoiledFrame = Buffer.from(frame);
      spoiledFrame[at % frame.length] = value;
      readProtobufEvent(spoiledFrame, nobody, FIELDS);
    }),
    { numRuns: 2000 },
  );
});

test('one pod that can not be decoded is unreadable and stops no other', () => {
  const broken = Buffer.concat([message(rawPod({ name: 'b' })), Buffer.from([0x0f])]);
  const pods = projected(
    page(encodePodList(head, [message(rawPod()), broken, message(rawPod({ name: 'c' }))])),
  );
  assert.deepEqual(
    pods.map(({ kind }) => kind),
    ['holder', 'unreadable', 'holder'],
  );
});
