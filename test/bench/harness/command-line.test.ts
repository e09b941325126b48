/** What a benchmark is told, and what a user reads who told it something wrong. */
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readArguments, usageOf } from '../../../bench/harness/command-line.mjs';

const benchmark = {
  script: 'bench:fruit',
  noun: 'fruit',
  names: ['apple', 'pear'],
  flags: { peel: 'without its skin' },
};

test('without arguments all names are measured, seven rounds, in the temporary directory', () => {
  expect(readArguments(benchmark, [])).toEqual({
    chosen: ['apple', 'pear'],
    directory: tmpdir(),
    rounds: 7,
    smoke: false,
    json: false,
    peel: false,
    help: false,
  });
});

test('names are measured in the order in which they were named', () => {
  expect(readArguments(benchmark, ['pear', '--json', 'apple']).chosen).toEqual(['pear', 'apple']);
});

test('a smoke run has one round, unless it is told how many', () => {
  expect(readArguments(benchmark, ['--smoke'])).toMatchObject({ smoke: true, rounds: 1 });
  expect(readArguments(benchmark, ['--smoke', '--rounds', '12'])).toMatchObject({ smoke: true, rounds: 12 });
});

test('the directory is taken from where the user is, and flags of its own are known', () => {
  const options = readArguments(benchmark, ['--dir', 'data', '--peel', '-h']);
  expect(options).toMatchObject({ directory: resolve('data'), peel: true, help: true });
  expect(() => readArguments({ ...benchmark, flags: undefined }, ['--peel'])).toThrow("Unknown option '--peel'");
});

describe('what is wrong is told in one sentence', () => {
  test.each([
    [['plum'], /^No fruit "plum"; there are: apple, pear$/],
    [['toString'], /^No fruit "toString"; there are: apple, pear$/],
    [['--rounds', '0'], /^--rounds takes a whole number from 1 on, not "0"$/],
    [['--rounds', '1e3'], /^--rounds takes a whole number from 1 on, not "1e3"$/],
    [['--rounds', '10000'], /^--rounds takes a whole number from 1 on, not "10000"$/],
    [['--fast'], /^Unknown option '--fast'; see --help$/],
    [['--smoke=3'], /^Option '--smoke' does not take an argument; see --help$/],
  ])('%j', (args, sentence) => {
    expect(() => readArguments(benchmark, args)).toThrow(sentence);
  });
});

test('the usage has a line for each name and flag, aligned', () => {
  const lines = usageOf(benchmark).split('\n');
  expect(lines[0]).toBe(
    'Usage: npm run bench:fruit -- [fruit ...] [--peel] [--smoke] [--json] [--rounds N] [--dir DIR]',
  );
  expect(lines.slice(1, 4)).toEqual(['', '  fruit        apple, pear; default all', '  --peel       without its skin']);
  for (const line of lines.slice(2)) expect(line).toMatch(/^ {2}\S.{11} \S/);
  expect(lines).toHaveLength(8);
});
