import { expect, test } from 'vitest';
import { jsonAnswer, SAFE_HEADERS, textAnswer } from '#millrace/broker/http/http-answer.js';

test('text and JSON end with a line', () => {
  expect(textAnswer(404, 'no')).toMatchObject({ status: 404, type: 'text/plain; charset=utf-8', body: 'no\n' });
  expect(jsonAnswer(200, { a: 1 })).toMatchObject({ status: 200, body: '{"a":1}\n' });
});

test('nothing inline and nothing foreign is allowed', () => {
  const policy = SAFE_HEADERS['content-security-policy'];
  expect(policy).toMatch(/^default-src 'none'; /);
  expect(policy).not.toMatch(/unsafe|\*|data:|https?:/);
});
