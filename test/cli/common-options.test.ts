import { Command } from 'commander';
import { expect, test } from 'vitest';
import { commonOptions } from '#millrace/cli/common-options.js';

const parsed = (...args: string[]): object => commonOptions(new Command()).parse(args, { from: 'user' }).opts();

test('the data directory is ./data and output is for people, unless told otherwise', () => {
  expect(parsed()).toEqual({ data: './data', json: false });
  expect(parsed('--data', '/d', '--json')).toEqual({ data: '/d', json: true });
});
