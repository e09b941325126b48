/**
 * What members of groups, of one client or of several, must be able to do with our broker: join, leave, crash, come back under their own name, go on where was
 * committed. What they committed is looked up in the broker's store, and of the records each must be read at least once, and once where nobody crashed.
 */
import { holds, same } from '../../kafka/tally.mjs';
import { Member, until } from './member.mjs';
import { StoreMember } from './store-member.mjs';

const PARTITIONS = 4;
const ALL = [0, 1, 2, 3];
/** Of those whose end is waited for. */
const SESSION_MS = 6_000;

const sum = (lists) => lists.flatMap((list) => list ?? []).sort((a, b) => a - b);

/** A topic of four partitions, with members that read it. */
class GroupTrial {
  #trial;
  #common;
  #members = [];
  #written = 0;

  /** `common`: what every member is told besides. */
  static async open(trial, common = {}) {
    const made = new GroupTrial();
    made.#trial = trial;
    made.#common = common;
    made.topic = await trial.makeTopic('group', { partitions: PARTITIONS });
    return made;
  }

  get group() {
    return `of-${this.topic}`;
  }

  start(command, options = {}) {
    const member = new Member(command, { address: this.#trial.address, ...this.#told, ...options });
    this.#members.push(member);
    return member;
  }

  /** A member in the broker's process. */
  startInside(options = {}) {
    const member = new StoreMember(this.#trial.store, { ...this.#told, ...options });
    this.#members.push(member);
    return member;
  }

  /** So many records in each partition. */
  write(count) {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const records = Array.from({ length: count }, (_, i) => ({ value: `${partition}/${this.#written + i}` }));
      this.#trial.store.partition(this.topic, partition).append(records);
    }
    this.#written += count;
  }

  async awaitRead() {
    const wanted = this.#written * PARTITIONS;
    await until(`${wanted} records are read`, () => this.#read().size >= wanted, this.#members);
    await until('all are committed', async () => (await this.#committed()) === wanted, this.#members);
  }

  /** No record was read twice. */
  checkOnce() {
    const all = this.#members.flatMap(({ records }) => records);
    same('records', all.length, this.#read().size);
  }

  async awaitShared(...members) {
    const share = () => sum(members.map(({ assigned }) => assigned));
    const isFair = () => members.every(({ assigned }) => assigned?.length === PARTITIONS / members.length);
    await until('each has its part', () => isFair() && share().join() === ALL.join(), members);
  }

  /** Each has some, and all are given. */
  async awaitGiven(...members) {
    const isGiven = () => members.every(({ assigned }) => assigned?.length > 0);
    const all = () => sum(members.map(({ assigned }) => assigned)).join();
    await until('each has some, and all are given', () => isGiven() && all() === ALL.join(), members);
  }

  async state() {
    const [consumer] = await this.#trial.store.groupCoordinator.describeConsumerGroups([this.group]);
    const { state, members } = consumer.error === null ? consumer : await this.#classic();
    return `${state} ${members.length}`;
  }

  /** On which the members have agreed. */
  async assignor() {
    return (await this.#classic()).protocolName;
  }

  async end() {
    for (const member of this.#members) await member.kill();
  }

  async #classic() {
    const [described] = await this.#trial.store.groupCoordinator.describe([this.group]);
    return described;
  }

  get #told() {
    const { topic, group } = this;
    return { group, topic, sessionMs: SESSION_MS, ...this.#common };
  }

  #read() {
    return new Set(this.#members.flatMap(({ records }) => records.map(({ value }) => value)));
  }

  async #committed() {
    const offsets = await this.#trial.store.committedOffsets(this.group);
    return offsets.reduce((total, { offset }) => total + offset, 0);
  }
}

export function check(trial, run, common = {}) {
  return async () => {
    const group = await GroupTrial.open(trial, common);
    try {
      await run(group);
    } finally {
      await group.end();
    }
  };
}

/** `command`: of one member. `can`: what the client has: once (reads nothing twice when it is given back what it had), static, cooperative. `common`: what every
 * member is told besides. */
export function groupChecks(trial, command, can = [], common = {}) {
  const checked = (run) => check(trial, run, common);
  const checkOnce = (group) => {
    if (can.includes('once')) group.checkOnce();
  };
  const checks = {
    'a member reads and commits; another takes half, and gives it back when it leaves': checked(async (group) => {
      group.write(5);
      const first = group.start(command);
      await group.awaitRead();
      same('partitions', first.assigned, ALL);
      const second = group.start(command);
      await group.awaitShared(first, second);
      group.write(5);
      await group.awaitRead();
      await second.leave();
      await group.awaitShared(first);
      group.write(5);
      await group.awaitRead();
      checkOnce(group);
      await first.leave();
      await until('the group is empty', async () => (await group.state()) === 'Empty 0');
      const third = group.start(command);
      group.write(3);
      await group.awaitRead();
      same('read by the one that came back', third.records.length, 3 * PARTITIONS);
    }),

    'commits by itself': checked(async (group) => {
      group.write(10);
      const member = group.start(command, { auto: true });
      await group.awaitRead();
      await member.leave();
      group.checkOnce();
    }),

    'a member that is killed is missed, and others go on for it': checked(async (group) => {
      const [first, second] = [group.start(command), group.start(command)];
      await group.awaitShared(first, second);
      group.write(5);
      await group.awaitRead();
      await second.kill();
      group.write(5);
      await group.awaitRead();
      await group.awaitShared(first);
      same('members', await group.state(), 'Stable 1');
    }),
  };
  if (can.includes('static'))
    checks['a static member is back without a rebalance'] = checked(async (group) => {
      const first = group.start(command, { instance: 'a', sessionMs: 30_000 });
      let second = group.start(command, { instance: 'b', sessionMs: 30_000 });
      await group.awaitShared(first, second);
      group.write(3);
      await group.awaitRead();
      const [before, kept] = [second.assigned, first.assigned];
      first.assigned = kept;
      await second.kill();
      second = group.start(command, { instance: 'b', sessionMs: 30_000 });
      await until('it has what it had', () => second.assigned?.join() === before.join(), [first, second]);
      holds(first.assigned === kept, 'the other one was assigned anew');
      group.write(3);
      await group.awaitRead();
      group.checkOnce();
    });
  if (can.includes('cooperative'))
    checks['what stays is read on through a cooperative rebalance'] = checked(async (group) => {
      const options = { assignor: 'cooperative-sticky' };
      const first = group.start(command, options);
      await group.awaitShared(first);
      // librdkafka that still asks where a partition begins goes on to fetch it when it has to give it back.
      group.write(5);
      await group.awaitRead();
      const second = group.start(command, options);
      await group.awaitShared(first, second);
      group.write(5);
      await group.awaitRead();
      await second.leave();
      await group.awaitShared(first);
      group.checkOnce();
    });
  return checks;
}

/** Members of several clients in one group, by an assignor that all of them have, and one in the broker's process that comes later. */
export function mixedChecks(trial, commands, assignor) {
  return {
    [`members of several clients share a topic, ${assignor}`]: check(
      trial,
      async (group) => {
        const members = commands.map((command) => group.start(command));
        await group.awaitGiven(...members);
        members.push(group.startInside());
        await group.awaitGiven(...members);
        group.write(5);
        await group.awaitRead();
        for (const member of members.slice(1)) await member.leave();
        await group.awaitShared(members[0]);
        group.write(5);
        await group.awaitRead();
        group.checkOnce();
      },
      { assignor },
    ),
  };
}
