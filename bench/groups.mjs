/**
 * Consumer groups in a process: how long a group of three takes from a member's join until all have what they are assigned, and a group of 1,000 from
 * nothing. Ten groups of 100 beside it tell whether the coordinator costs more a member where there are more. Members assign nothing: their
 * assignors are measured elsewhere.
 */
import { join } from 'node:path';
import { openStore } from 'millrace';
import { encodeGroupKey, encodeGroupMetadata } from '#millrace/group/group-metadata-format.js';
import { finding } from './harness/findings.mjs';
import { inRounds } from './harness/rounds.mjs';

const TOPIC = '__consumer_offsets';
const SMALL = 3;

export async function measure(context) {
  const large = context.pick(1_000, 50);
  const repeats = context.pick(50, 2);
  const store = await openStore(join(context.directory, 'store'), { offsetsPartitions: 1 });
  const coordinator = store.groupCoordinator;
  let groups = 0;
  const next = () => `group-${groups++}`;
  const figures = await inRounds(context, {
    small: () => rebalanceSmall(coordinator, next, repeats),
    record: () => appendRecord(store.partition(TOPIC, 0), repeats),
    large: () => assembleAll(coordinator, [next()], large),
    tens: () => assembleAll(coordinator, Array.from({ length: 10 }, next), large / 10),
  });
  await store.close();

  const mark = (rule) => (context.smoke ? null : rule);
  return {
    sizes: `${repeats} rebalances a round of a group of ${SMALL}, on disk and not flushed; ${large} members with 200 bytes of subscription and 200 of assignment`,
    findings: [
      finding({
        what: `join of a third member until all ${SMALL} have their assignments`,
        unit: 'ms',
        figures: figures.small,
        baseline: { what: "an append of the group's record", figures: figures.record },
        mark: mark({ of: 'value', atMost: 50 }),
      }),
      finding({
        what: `${large} members from nothing until all have their assignments`,
        unit: 'ms',
        figures: figures.large,
        baseline: { what: `ten groups of ${large / 10}`, figures: figures.tens },
        mark: mark({ of: 'value', atMost: 2_000 }),
      }),
    ],
  };
}

class Member {
  #coordinator;
  #identity;
  isLeaving = false;

  constructor(coordinator, groupId) {
    this.#coordinator = coordinator;
    this.#identity = { groupId, memberId: '', groupInstanceId: null, generationId: -1 };
  }

  /** Joins until it is assigned something in a group of so many. */
  async join(size) {
    for (;;) {
      const joined = await this.#join();
      const { error, memberId } = joined;
      this.#identity = { ...this.#identity, memberId, generationId: joined.generationId };
      if (error === 'MEMBER_ID_REQUIRED') continue;
      if (error !== null) throw new Error(error);
      const assignment = Buffer.alloc(200, joined.members.length);
      const assignments = joined.members.map((member) => ({ memberId: member.memberId, assignment }));
      const protocol = { protocolType: 'consumer', protocolName: 'range' };
      const synced = await this.#coordinator.sync({ ...this.#identity, ...protocol, assignments });
      if (synced.error === null && synced.assignment.length > 0 && synced.assignment[0] === size % 256) return;
      if (synced.error === null) await this.untilRebalance();
    }
  }

  untilRebalance() {
    return this.#coordinator.untilRebalance(this.#identity);
  }

  leave() {
    const { groupId, memberId, groupInstanceId } = this.#identity;
    return this.#coordinator.leave(groupId, [{ memberId, groupInstanceId, reason: null }]);
  }

  #join() {
    const { groupId, memberId } = this.#identity;
    return this.#coordinator.join({
      groupId,
      memberId,
      groupInstanceId: null,
      clientId: 'bench',
      clientHost: '/127.0.0.1',
      sessionTimeoutMs: 45_000,
      rebalanceTimeoutMs: 300_000,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.alloc(200) }],
      requiresKnownMemberId: true,
      supportsSkippingAssignment: true,
      reason: null,
    });
  }
}

async function assemble(members) {
  await Promise.all(members.map((member) => member.join(members.length)));
}

/** Milliseconds of one rebalance, on average. */
async function rebalanceSmall(coordinator, next, repeats) {
  let elapsed = 0;
  for (let i = 0; i < repeats; i++) {
    const groupId = next();
    const members = Array.from({ length: SMALL }, () => new Member(coordinator, groupId));
    const [third, ...others] = members;
    await assemble(others);
    const again = others.map(async (member) => {
      await member.untilRebalance();
      await member.join(SMALL);
    });
    const began = performance.now();
    await Promise.all([third.join(SMALL), ...again]);
    elapsed += performance.now() - began;
    for (const member of members) await member.leave();
  }
  return elapsed / repeats;
}

async function assembleAll(coordinator, groupIds, size) {
  const groups = groupIds.map((groupId) => Array.from({ length: size }, () => new Member(coordinator, groupId)));
  const began = performance.now();
  await Promise.all(groups.map(assemble));
  const elapsed = performance.now() - began;
  for (const member of groups.flat()) await member.leave();
  return elapsed;
}

function appendRecord(log, repeats) {
  const bytes = Buffer.alloc(200);
  const member = { memberId: 'm', groupInstanceId: null, clientId: 'bench', clientHost: '/127.0.0.1' };
  const facts = { rebalanceTimeoutMs: 300_000, sessionTimeoutMs: 45_000, subscription: bytes, assignment: bytes };
  const began = performance.now();
  for (let i = 0; i < repeats; i++) {
    const value = encodeGroupMetadata({
      protocolType: 'consumer',
      generationId: i,
      protocolName: 'range',
      leader: 'm',
      stateTimestamp: 0,
      members: Array.from({ length: SMALL }, () => ({ ...member, ...facts })),
    });
    log.append([{ key: encodeGroupKey('record'), value }]);
  }
  return (performance.now() - began) / repeats;
}
