import { appendFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '#millrace/main.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const RECORDS = 2000;

/** Timestamps: one every ten milliseconds from 1,000 on. */
const timestampOf = (offset: number): number => 1000 + offset * 10;

const damages: Record<string, (path: string) => void> = {
  missing: (path) => rmSync(path),
  emptied: (path) => writeFileSync(path, ''),
  zeroed: (path) => writeFileSync(path, Buffer.alloc(statSync(path).size)),
  garbage: (path) => writeFileSync(path, Buffer.alloc(statSync(path).size, 0x5a)),
  padded: (path) => appendFileSync(path, Buffer.alloc(24)),
  short: (path) => truncateSync(path, Math.floor(statSync(path).size / 24) * 12),
};

describe('index files of sealed segments that were damaged after a clean stop', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'millrace-rebuild-'));
    const store = await openStore(directory);
    await store.createTopic('t', { config: { 'segment.bytes': 65_536 } });
    const log = store.partition('t', 0);
    for (let i = 0; i < RECORDS; i++) log.append([{ value: 'x'.repeat(100) + i, timestamp: timestampOf(i) }]);
    expect(log.segmentCount).toBeGreaterThan(3);
    await store.close();
  });

  afterEach(() => rm(directory, { recursive: true, force: true }));

  for (const [name, damage] of Object.entries(damages)) {
    for (const suffix of ['.index', '.timeindex']) {
      it(`finds every record by offset and by time when ${suffix} is ${name}`, async () => {
        const partition = join(directory, 't-0');
        const files = readdirSync(partition).filter((file) => file.endsWith(suffix));
        for (const file of files.sort().slice(0, -1)) damage(join(partition, file));
        for (const readOnly of [true, false] as const) {
          const store = await (readOnly ? openStore(directory, { readOnly }) : openStore(directory));
          const log = store.partition('t', 0);
          for (let offset = 0; offset < RECORDS; offset += 41) {
            expect(log.offsetForTimestamp(timestampOf(offset) - 3)?.offset).toBe(offset);
            const [batch] = log.read(offset);
            const [record] = batch;
            expect(record.offset).toBe(offset);
          }
          await store.close();
        }
      });
    }
  }
});
