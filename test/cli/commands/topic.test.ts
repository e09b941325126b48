import { expect, test } from 'vitest';
import { cli } from '../cli-run.ts';

test('topic by itself shows what can be done to topics, and is wrong usage', async () => {
  const { stderr, status } = await cli(['topic']);
  expect(status).toBe(2);
  for (const name of ['create', 'list', 'describe', 'alter', 'delete']) {
    expect(stderr).toMatch(new RegExp(`^ +${name} `, 'm'));
  }
});
