/**
 * Consumers of one group against a coordinator that is stopped, killed and without power now and then, and whose log is compacted. They join, leave, pause past their time-outs,
 * are restarted under the same instance, and send again, late, what they were told long ago. All of it comes from one seed.
 *
 * What must hold is kept in `GroupTruth`, from nothing but what was asked and answered.
 */
import { openStore, type Store, type StoreOptions } from '#millrace/main.js';
import { turn } from '../consumer/consumer-fixture.ts';
import { DATA } from '../store/store-fixture.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { MortalClock } from '../support/mortal-clock.ts';
import { Random } from '../support/random.ts';
import { GroupTruth } from './group-truth.ts';
import { type GroupWorld, PARTITIONS, RECORDS, SimulatedConsumer } from './simulated-consumer.ts';

const CONSUMERS = 4;
/** So few that there is something to be compacted. */
const SEGMENT_BYTES = 8_192;

/** Who plays, and by which rules. */
export interface Cast {
  readonly truth: GroupTruth;
  readonly options: Omit<StoreOptions, 'readOnly'>;
  consumer(world: GroupSimulation, index: number): { run(): Promise<void> };
}

export function classicCast(): Cast {
  return { truth: new GroupTruth(), options: {}, consumer: (world, index) => new SimulatedConsumer(world, index) };
}

export class GroupSimulation implements GroupWorld {
  readonly random: Random;
  readonly clock = new FakeClock();
  readonly truth: GroupTruth;
  readonly #cast: Cast;
  isCalm = false;
  isOver = false;
  #system = new MemoryFileSystem({ fileBytesMax: 1 << 20 });
  #store!: Store;
  #storeClock!: MortalClock;
  #died!: Promise<null>;
  #die: (none: null) => void = () => undefined;
  #isUp = false;

  constructor(seed: number, cast: Cast = classicCast()) {
    this.random = new Random(seed);
    this.#cast = cast;
    this.truth = cast.truth;
  }

  async run(steps: number): Promise<void> {
    await this.#open();
    await this.#store.createTopic('orders', { partitions: PARTITIONS });
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const values = Array.from({ length: RECORDS }, (_, i) => ({ value: `${i}` }));
      await this.#store.partition('orders', partition).append(values).durable;
    }
    // Whoever commits first makes it; what is answered outlives a power failure.
    await this.#store.groupCoordinator.join({ ...SimulatedConsumer.stranger });
    await this.#store.alterTopic('__consumer_offsets', { 'flush.messages': 1 });
    const consumers = Array.from({ length: CONSUMERS }, (_, i) => this.#cast.consumer(this, i));
    const running = new Set(consumers);
    const runs = consumers.map((consumer) => consumer.run().finally(() => running.delete(consumer)));
    for (let step = 0; step < steps; step++) await this.#step();
    this.isCalm = true;
    for (let step = 0; step < 3_000 && !this.#isDone; step++) await this.#pass(this.random.between(0, 500));
    if (!this.#isDone) this.truth.fail('the group does not come to the end of its topic');
    this.isOver = true;
    for (let i = 0; i < 1_000 && running.size > 0; i++) await this.#pass(1_000);
    if (running.size > 0) this.truth.fail('a consumer waits for an answer that never comes');
    this.truth.check();
    await Promise.all(runs);
    await this.#store.close();
    this.truth.checkDelivered(PARTITIONS, RECORDS);
  }

  async ask<T>(request: (store: Store) => Promise<T>): Promise<T | null> {
    // Nobody is there to be asked.
    if (!this.#isUp) return null;
    const { incarnation } = this.truth;
    const answer = (async () => request(this.#store))().catch((error: unknown) => {
      // Of a store that was killed or closed meanwhile nothing is to be expected.
      if (this.truth.incarnation !== incarnation || (error as { code?: string }).code === 'ERR_MILLRACE_CLOSED')
        return null;
      throw error;
    });
    return Promise.race([answer, this.#died]);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.schedule(ms, resolve));
  }

  get #isDone(): boolean {
    return this.truth.isAllCommitted(PARTITIONS, RECORDS);
  }

  async #step(): Promise<void> {
    if (this.random.chance(0.02)) await this.#compact();
    if (this.random.chance(0.02)) await this.#restart();
    await this.#pass(this.random.chance(0.1) ? this.random.between(0, 4_000) : this.random.between(0, 300));
  }

  async #pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    for (let i = this.random.between(1, 6); i > 0; i--) await turn();
    this.truth.check();
  }

  async #compact(): Promise<void> {
    const { recordsRead, recordsKept } = await this.#store.compact('__consumer_offsets', 0);
    if (recordsKept < recordsRead) this.truth.count('compacted');
  }

  async #restart(): Promise<void> {
    const how = this.random.pick(['close', 'kill', 'power'] as const);
    this.truth.count(how);
    if (how === 'close') {
      await this.#store.close();
      this.#end();
    } else {
      this.#end();
      this.#system = how === 'kill' ? this.#system.kill() : this.#system.crash(this.random);
    }
    await this.#open();
  }

  #end(): void {
    this.#isUp = false;
    this.truth.ended();
    this.#storeClock.die();
    this.#die(null);
  }

  async #open(): Promise<void> {
    this.#died = new Promise((resolve) => (this.#die = resolve));
    this.#storeClock = new MortalClock(this.clock);
    const options = {
      fileSystem: this.#system,
      clock: this.#storeClock,
      offsetsPartitions: 1,
      offsetsSegmentBytes: SEGMENT_BYTES,
      // A delay of nothing is a timer of the process, and no two runs would be alike.
      groupInitialRebalanceDelayMs: 1,
      ...this.#cast.options,
    };
    this.#store = await openStore(DATA, options);
    this.#isUp = true;
  }
}
