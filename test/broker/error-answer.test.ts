import { describe, expect, test } from 'vitest';
import { errorAnswer } from '#millrace/broker/error-answer.js';
import { ErrorFields } from '#millrace/broker/error-fields.js';
import { allHandlers } from '#millrace/broker/handlers.js';
import { apis } from '#millrace/protocol/apis.js';
import type { Slot, StructLayout } from '#millrace/protocol/message-layout.js';

const CODE = 6;

/** A request with one of everything: names are distinct, so that it is seen which is where. */
function sampleOf({ wire }: StructLayout, depth = 0): Record<string, unknown> {
  return Object.fromEntries(wire.map((slot) => [slot.name, valueOf(slot, depth)]));
}

function valueOf({ name, kind, element, struct }: Slot, depth: number): unknown {
  if (kind === 'array') return [valueOf({ ...element!, name }, depth + 1)];
  if (kind === 'struct') return sampleOf(struct!, depth);
  if (kind === 'string') return `${name}-${depth}`;
  if (kind === 'bool') return true;
  if (kind === 'uuid') return 'AAAAAAAAAAAAAAAAAAAAAQ';
  if (kind === 'bytes' || kind === 'records') return Buffer.from('x');
  return 7;
}

describe.each([...allHandlers().values()])('$api.name', ({ api, minVersion, maxVersion }) => {
  const versions = Array.from({ length: maxVersion - minVersion + 1 }, (_, i) => minVersion + i);

  test.each(versions)('version %i: all of it is encoded, and all codes are the one', (version) => {
    const answer = errorAnswer(api, version, sampleOf(api.request.layout(version)), CODE)!;
    // Its results are the broker's directories, which no request names.
    const hasNoPlace = api.name === 'DescribeLogDirs' && version < 3;
    expect(answer === null).toBe(hasNoPlace);
    if (hasNoPlace) return;
    const decoded = api.response.decode(version, Buffer.concat(api.response.encode(version, answer)));
    const codes: number[] = [];
    new ErrorFields(api.response.fields).each(decoded, { failed: (code) => codes.push(code) });
    expect([...new Set(codes)]).toEqual([CODE]);
  });
});

test('each partition that was named is answered under its name', () => {
  const { fetch, listOffsets, produce } = apis;
  const partitionData = [
    { index: 3, records: null },
    { index: 5, records: null },
  ];
  expect(errorAnswer(produce, 9, { acks: 1, topicData: [{ name: 'a', partitionData }] }, CODE)).toMatchObject({
    responses: [
      {
        name: 'a',
        partitionResponses: [
          { index: 3, errorCode: CODE, baseOffset: -1 },
          { index: 5, errorCode: CODE, baseOffset: -1 },
        ],
      },
    ],
  });
  const topics = [
    { topic: 'a', partitions: [{ partition: 1, fetchOffset: 9 }] },
    { topic: 'b', partitions: [{ partition: 2 }] },
  ];
  expect(errorAnswer(fetch, 11, { sessionId: 4, topics, forgottenTopicsData: [] }, CODE)).toMatchObject({
    errorCode: 0,
    // The client begins another one.
    sessionId: 0,
    responses: [
      { topic: 'a', partitions: [{ partitionIndex: 1, errorCode: CODE, highWatermark: -1 }] },
      { topic: 'b', partitions: [{ partitionIndex: 2, errorCode: CODE }] },
    ],
  });
  expect(
    errorAnswer(listOffsets, 7, { topics: [{ name: 'a', partitions: [{ partitionIndex: 4, timestamp: -1 }] }] }, CODE),
  ).toMatchObject({ topics: [{ name: 'a', partitions: [{ partitionIndex: 4, errorCode: CODE, offset: -1 }] }] });
});

test('names without more are answered by name', () => {
  expect(errorAnswer(apis.deleteTopics, 3, { topicNames: ['a', 'b'], timeoutMs: 1 }, CODE)).toMatchObject({
    responses: [
      { name: 'a', errorCode: CODE },
      { name: 'b', errorCode: CODE },
    ],
  });
  expect(errorAnswer(apis.findCoordinator, 4, { keyType: 1, coordinatorKeys: ['id'] }, CODE)).toMatchObject({
    coordinators: [{ key: 'id', errorCode: CODE, nodeId: -1 }],
  });
});

test('what has no name is answered in its place; entities and users as they are named, those of both lists', () => {
  const { createAcls, deleteAcls, alterClientQuotas, alterUserScramCredentials } = apis;
  const failed = { errorCode: CODE, errorMessage: null };
  expect(errorAnswer(createAcls, 3, { creations: [{ principal: 'User:a' }, { principal: 'User:b' }] }, CODE)).toEqual({
    throttleTimeMs: 0,
    results: [failed, failed],
  });
  expect(errorAnswer(deleteAcls, 3, { filters: [{ operation: 1 }] }, CODE)).toEqual({
    throttleTimeMs: 0,
    filterResults: [{ ...failed, matchingAcls: [] }],
  });
  const entity = [{ entityType: 'user', entityName: 'a' }];
  expect(errorAnswer(alterClientQuotas, 1, { entries: [{ entity, ops: [] }], validateOnly: false }, CODE)).toEqual({
    throttleTimeMs: 0,
    entries: [{ ...failed, entity }],
  });
  const alterations = { deletions: [{ name: 'a', mechanism: 1 }], upsertions: [{ name: 'b', mechanism: 1 }] };
  expect(errorAnswer(alterUserScramCredentials, 0, alterations, CODE)).toEqual({
    throttleTimeMs: 0,
    results: [
      { ...failed, user: 'a' },
      { ...failed, user: 'b' },
    ],
  });
});

test('a fetch of a session that names nothing has the code of the whole', () => {
  expect(errorAnswer(apis.fetch, 12, { sessionId: 4, topics: [], forgottenTopicsData: [] }, CODE)).toMatchObject({
    errorCode: CODE,
    responses: [],
  });
});

test('without a place for an error there is no such answer', () => {
  expect(errorAnswer(apis.metadata, 9, { topics: null }, CODE)).toBeNull();
  expect(errorAnswer(apis.metadata, 13, { topics: null }, CODE)).toMatchObject({ errorCode: CODE, topics: [] });
});
