/** Random lives of a log that is followed, in memory, with kills, and on the real disk. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CopyingMemory } from '../support/copying-memory.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { Random, seedsOf } from '../support/random.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { FollowedLife, type Place } from './followed-life.ts';

const RUNS = Number(process.env.MILLRACE_RUNS ?? 5);
const STEPS = 250;

async function live(seed: number, place: Place): Promise<Map<string, number>> {
  try {
    const life = await FollowedLife.begin(new Random(seed), place);
    await life.live(STEPS);
    await life.end();
    return life.counts;
  } catch (error) {
    throw new Error(`MILLRACE_SEED=${seed}: ${(error as Error).message}`, { cause: error });
  }
}

/** A disk in memory that writer and follower see by file systems of their own. */
function inMemory(Kind: typeof MemoryFileSystem | typeof CopyingMemory): Place {
  let writer = new Kind();
  const follower = new Kind({}, writer.disk);
  return {
    directory: '/data',
    writerSystem: () => writer,
    followerSystem: follower,
    kill: () => (writer = writer.kill()),
  };
}

for (const Kind of [MemoryFileSystem, CopyingMemory]) {
  test(`who follows a log sees what it has, whatever happens to it: ${Kind.name}`, { timeout: 120_000 }, async () => {
    for (const seed of seedsOf(RUNS)) expect((await live(seed, inMemory(Kind))).size).toBeGreaterThan(10);
  });
}

test('and so on the real disk, where a page that is no more would end the process', { timeout: 120_000 }, async () => {
  const directory = temporaryDirectory();
  for (const seed of seedsOf(Math.ceil(RUNS / 3))) {
    const place = { directory: join(directory, String(seed)), writerSystem: () => null, followerSystem: null };
    expect((await live(seed, place)).size).toBeGreaterThan(10);
  }
});
