/**
 * The random life of a group in one process: members that join, leave, die, are slow, subscribe anew and fail in their handlers, while records come. What is always so: no partition has
 * two owners as their `onAssigned` and `onRevoked` tell, each record is handled at least once, in order; and where offsets are committed in transactions, exactly once.
 */
import { MillraceError, type ConsumerBatch, type GroupConsumer, type GroupConsumerOptions } from '#millrace/main.js';
import { CutCoordinator, type MemberRig, turns } from '../member/member-rig.ts';
import type { Random } from '../support/random.ts';

export type Way = 'each' | 'eachBatch' | 'loop' | 'readable' | 'transactions';

export interface LifeOptions {
  readonly random: Random;
  readonly rig: MemberRig;
  readonly partitions: number;
  readonly assignors: NonNullable<GroupConsumerOptions['assignors']>;
  readonly ways: readonly Way[];
}

const REBALANCE_TIMEOUT_MS = 4_000;
const SESSION_TIMEOUT_MS = 2_000;

interface Member {
  readonly name: string;
  readonly consumer: GroupConsumer;
  readonly link: CutCoordinator;
  readonly way: Way;
  isDead: boolean;
  /** In a handler that takes longer than it may: others may get what it has before it hears of it. */
  stuck: number;
  getsStuck: boolean;
  ended: Promise<void>;
}

export class GroupLife {
  readonly trace: string[] = [];
  readonly counts = new Map<string, number>();
  readonly #options: LifeOptions;
  readonly #members = new Set<Member>();
  readonly #owners = new Map<number, Member>();
  /** How often each value was handled. */
  readonly handled = new Map<string, number>();
  #made = 0;
  #appended = 0;
  #isCalm = false;

  constructor(options: LifeOptions) {
    this.#options = options;
  }

  get expected(): string[] {
    return Array.from({ length: this.#appended }, (_, i) => `v${i}`);
  }

  async step(): Promise<void> {
    const { random, rig, ways } = this.#options;
    const members = [...this.#members];
    const kinds = ['append', 'append', 'append', 'pass', 'pass', 'pass', 'rest'];
    if (members.length < 5) kinds.push('join', 'join');
    if (members.length > 0) kinds.push('close', 'die', 'rejoin', 'stick');
    // Of two commits the one that was written later holds: one beside a transaction takes back what that has committed, at Kafka's brokers, too.
    if (members.length > 0 && !ways.includes('transactions')) kinds.push('commit');
    const kind = random.pick(kinds);
    const member = members.length > 0 ? random.pick(members) : null;
    const isOfOne = ['close', 'die', 'rejoin', 'commit'].includes(kind);
    this.#note(isOfOne ? `${kind} ${member?.name}` : kind, kind);
    if (kind === 'append') this.#append();
    else if (kind === 'join') this.#join();
    else if (kind === 'pass') await rig.pass(random.between(1, 1_500), 100);
    // Long enough for the group to come to rest.
    else if (kind === 'rest') await rig.pass(REBALANCE_TIMEOUT_MS + SESSION_TIMEOUT_MS, 100);
    else if (kind === 'close') await this.#close(member!);
    else if (kind === 'die') await this.#die(member!);
    else if (kind === 'rejoin') member!.consumer.rejoin();
    else if (kind === 'stick') await this.#stick();
    else if (kind === 'commit') await member!.consumer.commitAsync().catch(() => undefined);
    await turns(random.between(0, 6));
  }

  /** All who are left come to an end of the records. */
  async settle(): Promise<void> {
    const { rig, partitions } = this.#options;
    this.#isCalm = true;
    this.#join();
    const ends = (): string =>
      Array.from({ length: partitions }, (_, i) => rig.store.partition('orders', i).endOffset).join();
    await rig.until(async () => {
      const committed = await rig.committed();
      return Array.from({ length: partitions }, (_, i) => committed[`orders-${i}`] ?? 0).join() === ends();
    }, 2_000);
    for (const member of this.#members) await this.#close(member);
    // Transactions that the dead have left open are aborted when their time is over.
    await rig.pass(20_000, 1_000);
  }

  #append(partition = this.#options.random.between(0, this.#options.partitions - 1)): void {
    const { random, rig } = this.#options;
    const values = Array.from({ length: random.between(1, 6) }, () => `v${this.#appended++}`);
    rig.append(partition, values);
  }

  /** The next records of one that owns a partition are too much for it. They come at once, and it has a while to get to them. */
  async #stick(): Promise<void> {
    const { random, rig } = this.#options;
    if (this.#owners.size === 0) return;
    const [partition, owner] = random.pick([...this.#owners]);
    owner.getsStuck = true;
    this.#append(partition);
    await rig.pass(600, 100);
  }

  #join(): void {
    const { random, rig, assignors, ways } = this.#options;
    const name = `m${this.#made++}`;
    const link = new CutCoordinator(rig.store.groupCoordinator);
    const way = random.pick(ways);
    const mine = (): Member => member;
    const consumer = rig.consumerOf(link.coordinator, {
      clientId: name,
      assignors,
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      heartbeatIntervalMs: 300,
      rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
      autoCommitIntervalMs: 700,
      autoCommit: way !== 'transactions',
      isolation: way === 'transactions' ? 'read_committed' : 'read_uncommitted',
      onAssigned: (given) => given.forEach(({ partition }) => this.#own(mine(), partition)),
      onRevoked: (given) => given.forEach(({ partition }) => this.#disown(mine(), partition)),
      onLost: (given) => given.forEach(({ partition }) => this.#disown(mine(), partition)),
    });
    const member: Member = {
      name,
      consumer,
      link,
      way,
      isDead: false,
      stuck: 0,
      getsStuck: false,
      ended: Promise.resolve(),
    };
    this.#members.add(member);
    member.ended = this.#live(member).catch((error: unknown) => {
      if (!member.isDead) this.trace.push(`${name} failed: ${String(error)}`);
    });
    this.#note(`  as ${name}, ${way}`, way);
  }

  async #live(member: Member): Promise<void> {
    const { consumer, way } = member;
    if (way === 'each')
      await consumer.each((record) => this.#handle(member, [String(record.value)]), { concurrency: 2 });
    else if (way === 'eachBatch') await consumer.eachBatch((batch) => this.#handle(member, valuesOf(batch)));
    else if (way === 'loop') for await (const batch of consumer) await this.#handle(member, valuesOf(batch));
    else if (way === 'readable')
      for await (const record of consumer.readable({ highWaterMark: 4 }))
        await this.#handle(member, [String(record.value)]);
    else await this.#transact(member);
  }

  async #transact(member: Member): Promise<void> {
    const { consumer, name } = member;
    const { rig } = this.#options;
    const producer = rig.store.producer({ transactionalId: name, transactionTimeoutMs: 5_000 });
    for await (const batch of consumer) {
      try {
        await producer.transaction(async (tx) => {
          for (const value of valuesOf(batch)) void tx.send('out', { value });
          const { topic, partition, nextOffset: offset } = batch;
          await this.#work(member);
          await tx.sendOffsets(consumer, [{ topic, partition, offset }]);
          if (member.isDead) throw new Error('died');
        });
        this.#note(`  ${name} committed ${batch.partition}: ${batch.baseOffset} to ${batch.nextOffset}`, 'committed');
      } catch (error) {
        if (member.isDead) throw error;
        this.#note(`  ${name}: ${String(error)}`, error instanceof MillraceError ? error.code : 'other');
        const isMine = consumer.assignment().some(({ partition }) => partition === batch.partition);
        if (isMine) consumer.seek(batch, batch.baseOffset);
      }
    }
    await producer.close();
  }

  async #handle(member: Member, values: readonly string[]): Promise<void> {
    await this.#work(member);
    if (member.isDead) return this.#never();
    for (const value of values) this.handled.set(value, (this.handled.get(value) ?? 0) + 1);
  }

  async #work(member: Member): Promise<void> {
    const { random, rig } = this.#options;
    if (member.getsStuck && !this.#isCalm) {
      member.getsStuck = false;
      member.stuck++;
      this.#note(`  ${member.name} is stuck`, 'stuck');
      await rig.sleep(REBALANCE_TIMEOUT_MS * 2);
      member.stuck--;
    } else if (random.chance(0.6)) await rig.sleep(random.between(0, 400));
  }

  async #close(member: Member): Promise<void> {
    this.#members.delete(member);
    await member.consumer.close();
    let isOver = false;
    void member.ended.then(() => (isOver = true));
    await this.#options.rig.until(() => isOver);
  }

  async #die(member: Member): Promise<void> {
    member.isDead = true;
    member.link.isCut = true;
    this.#members.delete(member);
    for (const [partition, owner] of this.#owners) if (owner === member) this.#owners.delete(partition);
  }

  #own(member: Member, partition: number): void {
    if (member.isDead) return;
    const owner = this.#owners.get(partition);
    if (owner !== undefined && owner !== member && owner.stuck === 0)
      throw this.#broken(`${partition} is given to ${member.name}, and ${owner.name} has it`);
    this.#note(`  ${member.name} gets ${partition}`, 'assigned');
    this.#owners.set(partition, member);
  }

  #disown(member: Member, partition: number): void {
    this.#note(`  ${member.name} gives ${partition}`, 'revoked');
    if (this.#owners.get(partition) === member) this.#owners.delete(partition);
  }

  /** What is found wrong in a callback. */
  broken: Error | null = null;

  #broken(message: string): Error {
    this.trace.push(`BROKEN: ${message}`);
    this.broken ??= new Error(message);
    return this.broken;
  }

  #never(): Promise<never> {
    return new Promise(() => undefined);
  }

  #note(text: string, kind: string): void {
    this.trace.push(text);
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }
}

function valuesOf(batch: ConsumerBatch): string[] {
  return Array.from(batch, (record) => String(record.value));
}
