/** A store in memory with its consumer groups, whose time stands still. */
import { onTestFinished } from 'vitest';
import type { GroupCoordinator, JoinRequest } from '#millrace/group/group-requests.js';
import { openStore, type Store, type StoreOptions } from '#millrace/main.js';
import { turn } from '../consumer/consumer-fixture.ts';
import { DATA, Messages } from '../store/store-fixture.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { MortalClock } from '../support/mortal-clock.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { GroupClient } from './group-client.ts';

const SETTLING_MS_MAX = 5_000;

export const ORDERS = { topic: 'orders', partition: 0 };

export class GroupsRig {
  readonly clock = new FakeClock();
  readonly messages = new Messages();
  readonly #options: StoreOptions;
  system: MemoryFileSystem;
  store!: Store;
  #storeClock!: MortalClock;

  private constructor(system: MemoryFileSystem, options: StoreOptions) {
    this.system = system;
    this.#options = options;
  }

  static async open(options: StoreOptions = {}, flush: 'soon' | 'manual' = 'soon'): Promise<GroupsRig> {
    const rig = new GroupsRig(new MemoryFileSystem({ fileBytesMax: 1 << 20, flush }), options);
    onTestFinished(() => rig.store.close().catch(() => undefined));
    await rig.#open();
    return rig;
  }

  async #open(): Promise<void> {
    const { system: fileSystem } = this;
    const clock = new MortalClock(this.clock);
    this.#storeClock = clock;
    const { logger } = this.messages;
    const options = {
      fileSystem,
      clock,
      logger,
      offsetsPartitions: 2,
      transactionStatePartitions: 1,
      ...this.#options,
    };
    this.store = await openStore(DATA, { ...options, readOnly: false });
  }

  /** Another process opens the directory, after this one was stopped or killed. */
  async restart(how: 'close' | 'kill'): Promise<void> {
    if (how === 'close') await this.store.close();
    else {
      this.#storeClock.die();
      this.system = this.system.kill();
    }
    await this.#open();
  }

  get coordinator(): GroupCoordinator {
    return this.store.groupCoordinator;
  }

  client(facts: Partial<JoinRequest> = {}): GroupClient {
    return new GroupClient(() => this.coordinator, facts);
  }

  /** Lets everybody be answered who can be without that the store's time passes. A delay of nothing is a timer of the process all the same, so some real time may. */
  async settle<T>(promise: Promise<T>): Promise<T> {
    const until = performance.now() + SETTLING_MS_MAX;
    while (performance.now() < until) {
      await turn();
      this.clock.advance(0);
      if (await isSettled(promise)) return promise;
    }
    throw new Error('it is not answered');
  }

  /** A stable group. */
  async stable(...clients: readonly GroupClient[]): Promise<void> {
    await this.settle(Promise.all(clients.map((client) => client.join())));
    await this.settle(Promise.all(clients.map((client) => client.sync())));
  }

  /** What the group has committed for a partition; null for nothing. */
  async offset(groupId = 'g', partition = ORDERS): Promise<number | string | null> {
    const { offsets } = await this.coordinator.offsets({ groupId, partitions: [partition], requireStable: true });
    return offsets[0].error ?? offsets[0].committed?.offset ?? null;
  }

  /** Keys and values of the group's partition. */
  get records(): { key: Buffer | null; value: Buffer | null }[] {
    const log = this.store.partition('__consumer_offsets', 1);
    const found: { key: Buffer | null; value: Buffer | null }[] = [];
    for (const batch of log.read(log.startOffset, { maxBytes: 1 << 20 }))
      if (!batch.isControl) for (const { key, value } of batch) found.push({ key, value });
    return found;
  }
}

/** Has it been answered, in this turn or before? */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const open = Symbol('open');
  const first = await Promise.race([promise.catch(() => undefined), turn().then(() => open)]);
  return first !== open;
}
