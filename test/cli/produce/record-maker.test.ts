import { expect, test } from 'vitest';
import { jsonValue, keyBefore, valueOnly } from '#millrace/cli/produce/record-maker.js';

const text = (made: unknown): unknown => {
  if (typeof made !== 'object' || made === null) return made;
  const { key, value } = made as { key: Buffer | null; value: Buffer };
  return [key?.toString() ?? null, value.toString()];
};

test('without a key the frame is the value', () => {
  expect(text(valueOnly(Buffer.from('a')))).toEqual([null, 'a']);
});

test('what stands before the first separator is the key', () => {
  const make = keyBefore(Buffer.from('::'));
  expect(text(make(Buffer.from('k::v::w')))).toEqual(['k', 'v::w']);
  expect(text(make(Buffer.from('::v')))).toEqual(['', 'v']);
  expect(text(make(Buffer.from('k::')))).toEqual(['k', '']);
  expect(text(make(Buffer.from('k:v')))).toEqual([null, 'k:v']);
});

test('the key is a field of the JSON value, which stays as it is', () => {
  const make = jsonValue('id');
  const keys = { '{"id":"é"}': 'é', '{ "id": 12 }': '12', '{"id":{"a":[1]}}': '{"a":[1]}', '{"id":false}': 'false' };
  for (const [line, key] of Object.entries(keys)) expect(text(make(Buffer.from(line)))).toEqual([key, line]);
  for (const line of ['{"id":null}', '{}', '[1]', '12', 'null', '"id"']) {
    expect(text(make(Buffer.from(line)))).toEqual([null, line]);
  }
  expect(text(jsonValue('toString')(Buffer.from('{}')))).toEqual([null, '{}']);
  expect(text(jsonValue(null)(Buffer.from('{"id":1}')))).toEqual([null, '{"id":1}']);
});

test('what is not JSON is refused in one line, and an empty line is nothing', () => {
  const make = jsonValue(null);
  expect(make(Buffer.from('{"a":'))).toMatch(/^is not JSON: [^\n]+$/);
  expect(make(Buffer.from(' \r'))).toBeNull();
});
