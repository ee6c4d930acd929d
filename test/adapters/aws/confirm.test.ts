/** A confirmation says `none` and `granted` only where List and Describe prove it; all else is unknown. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDescribe, failure, type Reply } from '../../support/scripted-eks.ts';
import { both, described, entry, ID, IDENTITY, OTHER_ID, page, start } from './harness.ts';

const MISSING = failure(404, 'ResourceNotFoundException', 'no such thing');
const DENIED = failure(403, 'AccessDeniedException', 'User: arn:x is not authorized');
const BROKEN = failure(500, 'ServerException', 'broken');
const THROTTLED = failure(429, 'ThrottlingException', 'slow down');
const HTML: Reply = { kind: 'answer', status: 200, body: '<html>' };
const EMPTY_BODY: Reply = { kind: 'answer', status: 200, body: '' };

const NOT_THERE = page([]);
const THERE = page([entry(ID)]);
const SHOWN_AS_ANOTHER = page([entry(OTHER_ID)]);

type Row = readonly [
  name: string,
  list: Reply,
  describe: Reply,
  lastKnown: typeof ID | undefined,
  said: string,
];

const ROWS: readonly Row[] = [
  ['nothing listed, no id known', NOT_THERE, BROKEN, undefined, 'none'],
  ['nothing listed, the known id is gone', NOT_THERE, MISSING, ID, 'none'],
  ['nothing listed, but the known id is there', NOT_THERE, described(ID), ID, 'inconsistent'],
  [
    'nothing listed, the known id is of another identity',
    NOT_THERE,
    described(ID, { namespace: 'x' }),
    ID,
    'inconsistent',
  ],
  ['nothing listed, Describe is denied', NOT_THERE, DENIED, ID, 'denied'],
  ['nothing listed, Describe fails', NOT_THERE, BROKEN, ID, 'failed'],
  ['nothing listed, Describe is throttled', NOT_THERE, THROTTLED, ID, 'throttled'],
  ['nothing listed, Describe answers HTML', NOT_THERE, HTML, ID, 'malformed'],
  ['nothing listed, Describe answers nothing', NOT_THERE, EMPTY_BODY, ID, 'malformed'],
  [
    'nothing listed, Describe answers a 404 that is not of EKS',
    NOT_THERE,
    { ...HTML, status: 404 },
    ID,
    'malformed',
  ],
  ['nothing listed, Describe answers another id', NOT_THERE, described(OTHER_ID), ID, 'malformed'],
  ['one id listed and described', THERE, described(ID), ID, 'granted'],
  ['one id listed and described, none was known', THERE, described(ID), undefined, 'granted'],
  ['one id listed, but not found', THERE, MISSING, ID, 'inconsistent'],
  ['one id listed, but not found, none was known', THERE, MISSING, undefined, 'inconsistent'],
  [
    'one id listed, described as of another identity',
    THERE,
    described(ID, { serviceAccount: 'x' }),
    ID,
    'inconsistent',
  ],
  ['one id listed, Describe is denied', THERE, DENIED, ID, 'denied'],
  ['one id listed, without dates', THERE, described(ID, { createdAt: null }), ID, 'malformed'],
  ['one other id listed, the answer is for the known one', SHOWN_AS_ANOTHER, described(ID), ID, 'malformed'],
  ['two ids listed', page([entry(ID), entry(OTHER_ID)]), described(ID), ID, 'inconsistent'],
  ['the same entry twice', page([entry(ID), entry(ID)]), described(ID), ID, 'granted'],
  ['another identity listed', page([entry(ID, 'other')]), MISSING, ID, 'malformed'],
  [
    'ours and another identity listed',
    page([entry(ID), entry(OTHER_ID, 'other')]),
    described(ID),
    ID,
    'malformed',
  ],
  ['an entry without an id', page([{ ...entry(ID), associationId: null }]), MISSING, ID, 'malformed'],
  ['an entry that is null', page([null]), MISSING, ID, 'malformed'],
  ['an entry of another cluster', page([{ ...entry(ID), clusterName: 'x' }]), MISSING, ID, 'malformed'],
  ['an empty body for List', EMPTY_BODY, MISSING, ID, 'malformed'],
  ['an empty object for List', { kind: 'answer', status: 200, body: '{}' }, MISSING, ID, 'malformed'],
  ['HTML for List', HTML, MISSING, ID, 'malformed'],
  ['the cluster is missing', MISSING, MISSING, ID, 'not-found'],
  ['the cluster is missing for List only', MISSING, described(ID), ID, 'not-found'],
  ['the cluster is missing, no id known', MISSING, BROKEN, undefined, 'not-found'],
  ['List is denied', DENIED, MISSING, ID, 'denied'],
  ['List is throttled', THROTTLED, MISSING, ID, 'throttled'],
  ['List fails', BROKEN, MISSING, ID, 'failed'],
];

for (const [name, list, describe, lastKnown, said] of ROWS) {
  test(`confirm: ${name}: ${said}`, async (t) => {
    const { eks, associations, signal } = await start(t);
    eks.script = both(list, describe);

    const reading = await associations.confirm(IDENTITY, lastKnown, signal);

    assert.equal(reading.kind === 'known' ? reading.value.kind : reading.why, said, JSON.stringify(reading));
  });
}

test('confirm: asks with the filter and for the known id at once, and for nothing else', async (t) => {
  const { eks, associations, signal } = await start(t);
  eks.script = both(NOT_THERE, MISSING);

  await associations.confirm(IDENTITY, ID, signal);

  assert.deepEqual(eks.lines(), [
    'GET /clusters/demo/pod-identity-associations maxResults=100&namespace=compute&serviceAccount=runner',
    `GET /clusters/demo/pod-identity-associations/${ID}`,
  ]);
});

test('confirm: no Describe where no id is known and none is listed', async (t) => {
  const { eks, associations, signal } = await start(t);
  eks.script = both(NOT_THERE, MISSING);

  await associations.confirm(IDENTITY, undefined, signal);

  assert.equal(eks.asked.filter(isDescribe).length, 0);
  assert.equal(eks.asked.length, 1);
});

test('confirm: the answer for the known id is used again; another id is asked for', async (t) => {
  const { eks, associations, signal } = await start(t);
  eks.script = both(THERE, described(ID));
  await associations.confirm(IDENTITY, ID, signal);
  assert.equal(eks.asked.length, 2);

  eks.asked.length = 0;
  eks.script = (asked) => {
    if (!isDescribe(asked)) return page([entry(OTHER_ID)]);
    return asked.path.endsWith(ID) ? MISSING : described(OTHER_ID);
  };
  const reading = await associations.confirm(IDENTITY, ID, signal);

  assert.equal(reading.kind === 'known' && reading.value.kind, 'granted');
  assert.equal(eks.asked.length, 3);
});

test('confirm: every page counts, and no page is asked for when two ids are known', async (t) => {
  const { eks, associations, signal } = await start(t);
  eks.script = (asked) => {
    if (isDescribe(asked)) return MISSING;
    if (asked.query['nextToken'] === undefined) return page([], 'two');
    return asked.query['nextToken'] === 'two' ? page([entry(ID), entry(OTHER_ID)], 'three') : BROKEN;
  };

  const reading = await associations.confirm(IDENTITY, undefined, signal);

  assert.equal(reading.kind === 'unknown' && reading.why, 'inconsistent');
  assert.equal(eks.asked.length, 2);
});

test('confirm: an empty first page is no proof when the second fails', async (t) => {
  const { eks, associations, signal } = await start(t);
  eks.script = (asked) => {
    if (isDescribe(asked)) return MISSING;
    return asked.query['nextToken'] === undefined ? page([], 'two') : BROKEN;
  };

  const reading = await associations.confirm(IDENTITY, ID, signal);

  assert.equal(reading.kind === 'unknown' && reading.why, 'failed');
});
