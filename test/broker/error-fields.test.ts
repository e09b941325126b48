import { expect, test } from 'vitest';
import { ErrorFields, isErrorCode } from '#millrace/broker/error-fields.js';
import { apis } from '#millrace/protocol/apis.js';
import type { Fields } from '#millrace/protocol/field.js';

function codesIn(api: { readonly response: { readonly fields: Fields } }, message: object): number[] {
  const found: number[] = [];
  new ErrorFields(api.response.fields).each(message as never, { failed: (code) => found.push(code) });
  return found;
}

test('of the whole, and of the parts of its parts', () => {
  const partitions = [{ errorCode: 0 }, { errorCode: 6 }, { errorCode: 3 }];
  expect(codesIn(apis.fetch, { errorCode: 70, responses: [{ partitions }, { partitions: [] }] })).toEqual([70, 6, 3]);
  expect(codesIn(apis.produce, { responses: [{ partitionResponses: partitions }] })).toEqual([6, 3]);
  expect(codesIn(apis.metadata, { topics: [{ errorCode: 5, partitions }] })).toEqual([5, 6, 3]);
});

test('what is left out, or null, has none', () => {
  expect(codesIn(apis.fetch, {})).toEqual([]);
  expect(codesIn(apis.describeTopicPartitions, { topics: null })).toEqual([]);
});

test('AddPartitionsToTxn has another word for that of a partition', () => {
  const results = [{ name: 't', resultsByPartition: [{ partitionIndex: 0, partitionErrorCode: 51 }] }];
  expect(codesIn(apis.addPartitionsToTxn, { resultsByTopicV3AndBelow: results })).toEqual([51]);
});

test('no other field of a response is called an error code', () => {
  const names = new Set<string>();
  const collect = (fields: Fields): void => {
    for (const [name, { element, fields: inner }] of Object.entries(fields)) {
      if (/ErrorCode$|^errorCode$/.test(name)) names.add(name);
      if (inner !== undefined) collect(inner);
      if (element?.fields !== undefined) collect(element.fields);
    }
  };
  for (const { response } of Object.values(apis)) collect(response.fields);
  // Why the settings of a topic that was made are not told: no error of the request.
  names.delete('topicConfigErrorCode');
  expect([...names].filter((name) => !isErrorCode(name))).toEqual([]);
});
