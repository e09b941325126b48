import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { Findings } from '#millrace/segment/finding.js';
import { checkDirectory, type FoundPartition } from '#millrace/store/directory-check.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { open } from './store-fixture.ts';

let directory: string;

beforeEach(async () => {
  directory = join(temporaryDirectory(), 'data');
  const store = await open(directory);
  await store.createTopic('b', { partitions: 2, config: { 'retention.ms': 5 } });
  await store.createTopic('a');
  await store.close();
});

function check(): { found: readonly FoundPartition[]; messages: string[] } {
  const findings = new Findings();
  const found = checkDirectory(new DiskFileSystem(), directory, findings);
  return {
    found,
    messages: findings.all.map(({ kind, path, message }) => `${kind} ${path.slice(directory.length + 1)}: ${message}`),
  };
}

function edit(name: string, from: string | RegExp, to: string): void {
  const path = join(directory, name);
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
}

test('a store of ours: its partitions with their settings, in order', () => {
  expect(check()).toEqual({
    found: [
      { topic: 'a', partition: 0, name: 'a-0', config: {} },
      { topic: 'b', partition: 0, name: 'b-0', config: { 'retention.ms': 5 } },
      { topic: 'b', partition: 1, name: 'b-1', config: { 'retention.ms': 5 } },
    ],
    messages: [],
  });
});

test('a topic that no file of ours has is one of Kafka’s, and its partitions have one id', () => {
  for (const [name, id] of [
    ['k-0', 'Wm4_o_PXQfG7ebSjCMZozQ'],
    ['k-1', 'Wm4_o_PXQfG7ebSjCMZozA'],
  ]) {
    mkdirSync(join(directory, name));
    writeFileSync(join(directory, name, 'partition.metadata'), `version: 0\ntopic_id: ${id}\n`);
  }
  const { found, messages } = check();
  expect(found.at(-1)).toEqual({ topic: 'k', partition: 1, name: 'k-1', config: null });
  expect(messages).toEqual([
    'metadata k-1/partition.metadata: it has the topic id Wm4_o_PXQfG7ebSjCMZozA, and k-0 has Wm4_o_PXQfG7ebSjCMZozQ',
  ]);
});

test('what another program would not read is told', () => {
  edit('a-0/partition.metadata', 'version: 0', 'version:\u00a00');
  edit('b-0/partition.metadata', /topic_id.*/, 'topic_id: ?');
  rmSync(join(directory, 'b-1/partition.metadata'));
  const { messages } = check();
  expect(messages).toHaveLength(3);
  expect(messages[0]).toMatch(
    /^metadata a-0\/partition.metadata: (?:it is not written as it should be|.* expected a version 0)/,
  );
  expect(messages[1]).toMatch(/^metadata b-0\/partition.metadata: .* expected a version 0 and a topic_id/);
  expect(messages[2]).toBe('missing b-1/partition.metadata: the topic id is missing');
});

test('meta.properties: missing, or of values that cannot be', () => {
  edit('meta.properties', /node.id=.*/, 'node.id=x');
  edit('meta.properties', /version=.*/, 'version=7');
  edit('meta.properties', /directory.id=.*/, 'directory.id=short');
  expect(check().messages).toEqual([
    'metadata meta.properties: it has version 7, expected 1',
    'metadata meta.properties: it has node.id x, expected a number',
    'metadata meta.properties: it has directory.id short, which is no id',
  ]);
  rmSync(join(directory, 'meta.properties'));
  expect(check().messages).toEqual(['missing meta.properties: the file that says whose directory this is is missing']);
});

test('of a topic that is being changed the files may say different things', () => {
  rmSync(join(directory, 'b-1'), { recursive: true });
  expect(check().messages).toEqual(['missing b-1: the directory of partition 1 of "b" is missing']);
  const id = /"name":"b","id":"([^"]+)"/.exec(readFileSync(join(directory, 'millrace-topics.json'), 'utf8'))![1];
  writeFileSync(
    join(directory, 'millrace-change.json'),
    JSON.stringify({ version: 0, kind: 'add', topic: 'b', id, from: 1, to: 2 }),
  );
  expect(check().messages).toEqual([]);
  writeFileSync(join(directory, 'millrace-change.json'), '{');
  expect(check().messages[0]).toMatch(/^metadata millrace-change.json: .* is no JSON/);
});
