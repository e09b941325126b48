import { expect, test } from 'vitest';
import { allHandlers } from '#millrace/broker/handlers.js';
import { lacking, NEEDED } from './advertised.mjs';

test('the broker advertises the versions that clients need', () => {
  const advertised = Array.from(allHandlers().values(), ({ api, advertisedFrom, maxVersion }) => ({
    key: api.key,
    from: advertisedFrom,
    to: maxVersion,
  }));
  expect(lacking(advertised)).toEqual([]);
});

test('a range that is too narrow is named, and an API that is missing', () => {
  const all = NEEDED.map(({ key, from, to }) => ({ key, from, to }));
  expect(lacking(all)).toEqual([]);
  const [produce, fetch, ...rest] = all;
  expect(lacking([{ ...produce, from: 3 }, { ...fetch, to: 16 }, ...rest.slice(1)])).toEqual([
    'Produce is served from 3 to 13, needed from 0 to 13',
    'Fetch is served from 4 to 16, needed from 4 to 17',
    'ListOffsets is not served',
  ]);
});
