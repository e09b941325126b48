/** A data directory of millrace's own, small and with all kinds of files, and ways to look at it and to damage it. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '#millrace/main.js';
import { DiskFileSystem } from '#millrace/file/disk.js';
import type { Finding } from '#millrace/segment/finding.js';
import { type StoreSummary, type VerificationEvent, verifyStore } from '#millrace/store/store-verification.js';

/** Two topics, three partitions, several segments each with index entries, two codecs; stopped cleanly. */
export async function makeStore(directory: string): Promise<void> {
  const config = { 'segment.bytes': 4096, 'index.interval.bytes': 512 };
  const store = await openStore(directory, { defaults: { 'retention.ms': -1 } });
  await store.createTopic('plain', { partitions: 2, config });
  await store.createTopic('packed', { partitions: 1, config: { ...config, 'compression.type': 'lz4' } });
  for (const [topic, partition] of [
    ['plain', 0],
    ['plain', 1],
    ['packed', 0],
  ] as const) {
    const log = store.partition(topic, partition);
    for (let i = 0; i < 60; i++) {
      const timestamp = 1_700_000_000_000 + i * 7 + (i % 3) * 100;
      log.append([
        { key: `k${i}`, value: `value ${i} `.repeat(4), timestamp },
        { value: null, headers: { h: 'x' }, timestamp: timestamp + 2 },
      ]);
    }
  }
  await store.close();
}

/** Of every file and directory: what is in it, and when it was changed. */
export function treeOf(directory: string): Record<string, string> {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return Object.fromEntries(
    ['.', ...paths.sort()].map((path) => {
      const { mtimeNs, size } = statSync(join(directory, path), { bigint: true });
      const isFile = statSync(join(directory, path)).isFile();
      const hash = isFile
        ? createHash('sha256')
            .update(readFileSync(join(directory, path)))
            .digest('hex')
        : '';
      return [path, `${size} ${mtimeNs} ${hash}`];
    }),
  );
}

export interface Verified {
  readonly findings: readonly Finding[];
  readonly events: readonly VerificationEvent[];
  readonly summary: StoreSummary;
}

export async function verifyAll(directory: string): Promise<Verified> {
  const events: VerificationEvent[] = [];
  const run = verifyStore(new DiskFileSystem(), directory);
  let step = await run.next();
  for (; step.done !== true; step = await run.next()) events.push(step.value);
  const findings = events.flatMap((event) => (event.kind === 'finding' ? [event.finding] : []));
  return { findings, events, summary: step.value };
}

/** Flips a bit; returns what puts it back. */
export function flipBit(path: string, position: number, bit: number): () => void {
  const bytes = readFileSync(path);
  const flipped = Buffer.from(bytes);
  flipped[position] ^= 1 << bit;
  writeFileSync(path, flipped);
  return () => writeFileSync(path, bytes);
}
