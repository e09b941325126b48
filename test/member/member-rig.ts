/** What the tests of groups share: a store in memory whose time stands still, a coordinator that can fall silent, and time that goes on with what it makes due. */
import { onTestFinished } from 'vitest';
import type { GroupCoordinator } from '#millrace/group/group-requests.js';
import type { GroupConsumer, GroupConsumerOptions, Store, StoreOptions } from '#millrace/main.js';
import { GroupConsumer as Member } from '#millrace/member/group-consumer.js';
import { checkGroupOptions } from '#millrace/member/group-consumer-options.js';
import { TestClock } from '#millrace/test-clock.js';
import { openInMemory } from '../store/store-fixture.ts';
import type { MemoryFileSystem } from '../support/memory-file-system.ts';

/** Lets promises settle and the event loop turn. */
export async function turns(count = 8): Promise<void> {
  for (let i = 0; i < count; i++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** A coordinator whose member can be cut off: from then on it hears nothing and is not heard. */
export class CutCoordinator {
  isCut = false;
  readonly coordinator: GroupCoordinator;

  constructor(coordinator: GroupCoordinator) {
    this.coordinator = new Proxy(coordinator, {
      get: (target, name) => {
        const method = target[name as keyof GroupCoordinator] as (...given: unknown[]) => unknown;
        return (...given: unknown[]): unknown => {
          return this.isCut ? this.#never() : this.#unlessCut(method.apply(target, given) as Promise<unknown>);
        };
      },
    });
  }

  #never(): Promise<never> {
    return new Promise(() => undefined);
  }

  async #unlessCut(answer: Promise<unknown>): Promise<unknown> {
    const told = await answer;
    return this.isCut ? this.#never() : told;
  }
}

export class MemberRig {
  readonly store: Store;
  readonly clock: TestClock;
  readonly system: MemoryFileSystem;

  constructor(store: Store, clock: TestClock, system: MemoryFileSystem) {
    this.store = store;
    this.clock = clock;
    this.system = system;
  }

  /** A consumer of the group `g`, of the topic `orders` from its beginning. */
  consumer(options: Partial<GroupConsumerOptions> = {}): GroupConsumer {
    return this.store.consumer({ groupId: 'g', topics: ['orders'], autoOffsetReset: 'earliest', ...options });
  }

  /** As `consumer`, with a coordinator of its own. */
  consumerOf(coordinator: GroupCoordinator, options: Partial<GroupConsumerOptions> = {}): GroupConsumer {
    const { store, clock } = this;
    const checked = checkGroupOptions({ groupId: 'g', topics: ['orders'], autoOffsetReset: 'earliest', ...options });
    const topics = {
      partitionCount: (topic: string) => store.findTopic(topic)?.partitions ?? 0,
      names: () => store.topics().map(({ name }) => name),
    };
    return new Member(store, checked, { coordinator, topics, clock, logger: {} });
  }

  append(partition: number, values: readonly string[], topic = 'orders'): void {
    this.store.partition(topic, partition).append(values.map((value) => ({ value })));
  }

  /** Time goes on, step by step, with all that becomes due. */
  async pass(ms: number, step = 100): Promise<void> {
    await turns();
    for (let gone = 0; gone < ms; gone += step) {
      this.clock.advance(Math.min(step, ms - gone));
      await turns(4);
    }
  }

  /** Until it is so, but not for ever. */
  async until(isSo: () => boolean | Promise<boolean>, stepsMax = 400): Promise<void> {
    for (let i = 0; i < stepsMax; i++) {
      if (await isSo()) return;
      await this.pass(50, 50);
    }
    throw new Error('it has not come so far');
  }

  /** What a promise settles with, while time goes on. */
  async meanwhile<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settle = (): void => void (isSettled = true);
    promise.then(settle, settle);
    await this.until(() => isSettled);
    return promise;
  }

  async committed(): Promise<Record<string, number>> {
    const offsets = await this.store.committedOffsets('g');
    return Object.fromEntries(offsets.map(({ topic, partition, offset }) => [`${topic}-${partition}`, offset]));
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.schedule(ms, resolve);
    });
  }
}

/** With the topic `orders`. */
export async function openMemberRig(partitions = 4, options: StoreOptions = {}): Promise<MemberRig> {
  const clock = new TestClock();
  const rest = { clock, groupMinSessionTimeoutMs: 1_000, offsetsPartitions: 1, transactionStatePartitions: 1 };
  const { store, system } = await openInMemory(undefined, { ...rest, ...options, readOnly: false });
  onTestFinished(() => store.close());
  await store.createTopic('orders', { partitions });
  return new MemberRig(store, clock, system);
}

/** The partitions of a consumer, in order. */
export function partitionsOf(consumer: { assignment(): { partition: number }[] }): number[] {
  return consumer
    .assignment()
    .map(({ partition }) => partition)
    .sort((a, b) => a - b);
}

/** Reads for as long as the test lasts, and keeps what it was given. */
export function reading(consumer: GroupConsumer): { readonly values: string[]; readonly end: Promise<unknown> } {
  const values: string[] = [];
  const end = consumer.each((record) => void values.push(String(record.value))).catch((error: unknown) => error);
  return { values, end };
}

export async function together(rig: MemberRig, ...consumers: GroupConsumer[]): Promise<void> {
  await rig.until(() => consumers.every((consumer) => consumer.assignment().length > 0));
  await turns();
}
