import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { giveUp, newControl } from '#millrace/compaction/compaction-control.js';
import { compactInThread, type CompactionTask } from '#millrace/compaction/compaction-task.js';
import { OffsetMap } from '#millrace/compaction/offset-map.js';
import { readyBatches } from '../support/temp-log.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';

function indexTask(directory: string): CompactionTask & { readonly kind: 'index' } {
  const segments = [{ baseOffset: 0, size: 100, endOffset: 10 }];
  return {
    kind: 'index',
    control: newControl(0),
    map: OffsetMap.allocate(1000, 10),
    options: { directory, segments, startOffset: 0, aborted: [] },
  };
}

test('what fails is a result, which is plain data', () => {
  const outcome = structuredClone(compactInThread(indexTask(temporaryDirectory())));
  expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'ERR_MILLRACE_IO', cause: { code: 'ENOENT' } } });
});

test('what is given up says so', () => {
  const directory = temporaryDirectory();
  const task = indexTask(directory);
  const bytes = readyBatches([{ key: 'a', value: 'x' }]);
  writeFileSync(join(directory, `${'0'.repeat(20)}.log`), bytes);
  const segments = [{ baseOffset: 0, size: bytes.length, endOffset: 10 }];
  const whole = { ...task, options: { ...task.options, segments } };
  expect(compactInThread(whole)).toMatchObject({ kind: 'indexed', map: { count: 1, latestOffset: 9 } });
  giveUp(task.control);
  expect(compactInThread(whole)).toEqual({ kind: 'given up' });
});

test('files are removed; one that is not there is no error', () => {
  const path = join(temporaryDirectory(), 'x.deleted');
  writeFileSync(path, 'x');
  expect(compactInThread({ kind: 'remove', paths: [path, `${path}.too`] })).toEqual({ kind: 'removed' });
  expect(existsSync(path)).toBe(false);
});
