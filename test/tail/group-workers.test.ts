/** Consumers in worker threads share a group with the writer's process: its records are handled by one of them, also when some leave or die. */
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { openStore, type Store } from '#millrace/main.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

const WORKER = new URL('group-worker.mjs', import.meta.url);
const PARTITIONS = 4;

class Members {
  readonly values: string[] = [];
  readonly assigned = new Map<Worker, number>();
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  start(assignors: readonly string[]): Worker {
    const port = this.#store.coordinatorPort();
    const { directory } = this.#store;
    const worker = new Worker(WORKER, { workerData: { directory, port, assignors }, transferList: [port] });
    onTestFinished(async () => void (await worker.terminate()));
    worker.on('message', (told: { value?: string; assigned?: number }) => {
      if (told.value !== undefined) this.values.push(told.value);
      if (told.assigned !== undefined) this.assigned.set(worker, told.assigned);
    });
    worker.on('exit', () => this.assigned.delete(worker));
    return worker;
  }

  async until(isSo: () => boolean): Promise<void> {
    for (let i = 0; i < 2_000 && !isSo(); i++) {
      await new Promise((resolve) => {
        setTimeout(resolve, 10);
      });
    }
  }

  /** All of them together have all partitions, and each has some. */
  async share(count: number): Promise<number[]> {
    const shares = (): number[] => [...this.assigned.values()];
    await this.until(() => shares().length === count && shares().every((each) => each === PARTITIONS / count));
    return shares();
  }
}

test.each([[['range']], [['cooperative-sticky']]])(
  '%j: threads join, leave and die',
  { timeout: 60_000 },
  async (assignors) => {
    const store = await openStore(join(temporaryDirectory(), 'data'));
    onTestFinished(() => store.close());
    await store.createTopic('orders', { partitions: PARTITIONS });
    const members = new Members(store);
    let appended = 0;
    const append = async (): Promise<void> => {
      for (let i = 0; i < 40; i++) store.partition('orders', i % PARTITIONS).append([{ value: `v${appended++}` }]);
      await members.until(() => new Set(members.values).size === appended);
      expect(new Set(members.values).size).toBe(appended);
    };
    const [first, second] = [members.start(assignors), members.start(assignors)];
    expect(await members.share(2)).toEqual([2, 2]);
    await append();
    const third = members.start(assignors);
    const fourth = members.start(assignors);
    expect(await members.share(4)).toEqual([1, 1, 1, 1]);
    await append();
    // Nobody waits for a session to end: the port tells.
    for (const worker of [first, third]) {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has none
      worker.postMessage('die');
    }
    expect(await members.share(2)).toEqual([2, 2]);
    await append();
    for (const worker of [second, fourth]) {
      const ended = once(worker, 'exit');
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of a thread has none
      worker.postMessage('close');
      await ended;
    }
    const committed = await store.committedOffsets('g');
    expect(committed.reduce((sum, { offset }) => sum + offset, 0)).toBe(appended);
    expect(await store.groupCoordinator.list()).toMatchObject([{ groupId: 'g', state: 'Empty' }]);
  },
);
