import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { resetOptions, resetRequest } from '#millrace/cli/group/reset-options.js';
import type { ResetRequest } from '#millrace/cli/group/reset-plan.js';
import { temporaryDirectory } from '../../support/temp-directory.ts';

const NOW = 10_000_000;

function requested(...args: string[]): ResetRequest {
  const command = resetOptions(new Command('reset-offsets'))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  command.parse(args, { from: 'user' });
  return resetRequest(command, 'g', command.opts(), NOW);
}

test.each<[string[], object]>([
  [['--to-earliest'], { kind: 'earliest' }],
  [['--to-latest'], { kind: 'latest' }],
  [['--to-current'], { kind: 'current' }],
  [['--to-offset', '0'], { kind: 'offset', value: 0 }],
  [['--shift-by', '-10'], { kind: 'shift', value: -10 }],
  [['--to-datetime', '1970-01-01T00:00:01Z'], { kind: 'timestamp', value: 1_000 }],
  [['--by-duration', 'PT1S'], { kind: 'timestamp', value: NOW - 1_000 }],
  [['--by-duration', 'P9999D'], { kind: 'timestamp', value: 0 }],
])('%j', (args, target) => {
  expect(requested('--all-topics', ...args)).toEqual({ kind: 'target', target, topics: null });
});

test('topics, as often as one likes', () => {
  expect(requested('--topic', 'a', '--topic', 'b:1', '--to-latest')).toMatchObject({
    topics: [
      { topic: 'a', partitions: null },
      { topic: 'b', partitions: [1] },
    ],
  });
});

test('a file says itself which partitions', () => {
  const path = join(temporaryDirectory(), 'offsets.csv');
  writeFileSync(path, 't,0,7\nh,t,1,8\n');
  expect(requested('--from-file', path)).toEqual({ kind: 'file', offsets: [{ topic: 't', partition: 0, offset: 7 }] });
  expect(() => requested('--from-file', path, '--all-topics')).toThrow(/itself/);
  expect(() => requested('--from-file', path, '--to-latest')).toThrow(/once/);
});
