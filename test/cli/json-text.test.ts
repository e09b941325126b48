import { expect, test } from 'vitest';
import { jsonText } from '#millrace/cli/json-text.js';

test('as JSON, but for whole numbers that are bigints', () => {
  const plain = { a: [1, 'x"y', null], b: { c: true } };
  expect(jsonText(plain)).toBe(JSON.stringify(plain));
  expect(jsonText({ hash: -9_007_199_254_740_993n, all: [2n ** 63n - 1n, '5'] })).toBe(
    '{"hash":-9007199254740993,"all":[9223372036854775807,"5"]}',
  );
});
