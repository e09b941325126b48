import { expect, test } from 'vitest';
import { defineApi, type RequestInputOf, type RequestOf, type ResponseOf } from '#millrace/protocol/api.js';
import type { produce } from '#millrace/protocol/apis/00-produce.js';
import { array, int16, int32, string } from '#millrace/protocol/field.js';

const definition = { key: 7, name: 'Greet', request: {}, response: {} } as const;

test('an API has its versions, and a schema each way', () => {
  const api = defineApi({ ...definition, versions: '2-5', flexible: 4 });
  expect([api.key, api.name, api.minVersion, api.maxVersion]).toEqual([7, 'Greet', 2, 5]);
  expect([api.request.name, api.response.name]).toEqual(['Greet request', 'Greet response']);
  expect([3, 4].map((version) => api.response.isFlexible(version))).toEqual([false, true]);
});

test('one version alone, and none that is flexible', () => {
  const api = defineApi({ ...definition, versions: '0' });
  expect([api.minVersion, api.maxVersion, api.request.isFlexible(0)]).toEqual([0, 0, false]);
});

test('versions that are none are a bug of ours', () => {
  expect(() => defineApi({ ...definition, versions: '5-2' })).toThrow('versions of Greet 5-2');
});

test('what TypeScript knows of a message is inferred from its schema', () => {
  const api = defineApi({
    ...definition,
    versions: '0-1',
    request: { names: array(string()), rank: int32({ since: 1 }), note: string({ nullableSince: 0 }) },
    response: { results: array({ code: int16(), message: string({ nullableSince: 1 }) }) },
  });
  const input: RequestInputOf<typeof api> = { names: ['a'] };
  // @ts-expect-error: names have no default.
  const wrong: RequestInputOf<typeof api> = { rank: 1 };
  const read: RequestOf<typeof api> = { names: [], rank: 0, note: null };
  const response: ResponseOf<typeof api> = { results: [{ code: 0, message: null }] };
  // @ts-expect-error: a code is a number.
  response.results[0].code = 'none';
  const records = (request: RequestOf<typeof produce>): Buffer | null => request.topicData[0].partitionData[0].records;
  expect([input, wrong, read, records].length).toBe(4);
});
