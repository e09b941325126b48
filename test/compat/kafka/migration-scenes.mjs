/**
 * Members of both protocols in one group, request by request: a classic group that a member with the consumer protocol comes to, one of the consumer protocol that
 * classic members join, and the way back. What must not depend on whose broker answers. Where several classic members are assigned something by the broker they are static ones:
 * the ids of the others are drawn, and `range` goes by ids.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeAssignment, decodeAssignment } from '#millrace/group/assignment-format.js';
import { encodeSubscription } from '#millrace/group/subscription-format.js';
import { Member, subscriptionTo } from './group-scene.mjs';
import { Random } from './workload.mjs';

export const MIGRATING_GROUPS = [
  'upgraded',
  'joined',
  'replaced',
  'replaced with another',
  'rebalancing',
  'late',
  'refused',
  'patterns',
  'mixed',
];
const MIXED_STEPS = 150;

function protocols({ topics = ['first'], owned = [], names = ['range'], generationId = -1, rackId = null } = {}) {
  const metadata = encodeSubscription({ topics, userData: null, ownedPartitions: owned, generationId, rackId });
  return names.map((name) => ({ name, metadata }));
}

function assignmentOf(...partitions) {
  return encodeAssignment({
    partitions: partitions.map((partition) => ({ topic: 'first', partition })),
    userData: null,
  });
}

/** A classic member that says what it has, and keeps it over a rebalance. */
class Cooperative {
  owned = [];

  constructor(member) {
    this.member = member;
  }

  async join(what, facts = {}) {
    const { answer, note } = await this.member.join(what, 9, {
      protocols: protocols({ owned: this.owned, generationId: this.member.generationId }),
      ...facts,
    });
    note();
    return answer;
  }

  async sync(what) {
    const answer = (await this.member.sync(what)).note();
    if (answer.errorCode === 0 && answer.assignment.length > 0)
      this.owned = decodeAssignment(answer.assignment).partitions;
    return answer;
  }
}

/** A stable classic group of static members that have been assigned their parts. */
async function classicGroup(play, groupId, ...instances) {
  const members = [];
  for (const groupInstanceId of instances) members.push(await Member.open(play.scene, { groupId, groupInstanceId }));
  const [first, ...others] = members;
  const facts = { protocols: protocols() };
  (await first.join('the first', 9, facts)).note();
  if (others.length > 0) {
    await first.assign('the first', first);
    const joins = others.map((member) => member.join('another', 9, facts));
    await first.awaitRebalance();
    await Promise.all([...joins, first.join('', 9, facts)]);
  }
  const parts = [[0, 1], [2]];
  const assignments = members.map(({ memberId }, index) => ({ memberId, assignment: assignmentOf(...parts[index]) }));
  const syncs = others.map((member) => member.sync('another'));
  (await first.sync('the leader', 5, assignments)).note();
  for (const sync of await Promise.all(syncs)) sync.note();
  return members;
}

/** Behind any id that is drawn. */
const LAST = '~';
const joins = { serverAssignor: 'range' };

async function upgraded(play) {
  const groupId = 'upgraded';
  const [a, b] = await classicGroup(play, groupId, 'instance-a', 'instance-b');
  const c = await play.member(groupId, 'c');
  await c.heartbeat('cannot go on where it has not begun', { memberEpoch: 1 });
  await c.send('cannot leave', { memberEpoch: -1 });
  await c.join('joins', joins);
  await play.describe('with classic members', groupId);
  await play.list('upgraded', { typesFilter: ['consumer'] });
  (await a.sync('in its old generation')).note();
  await a.heartbeat('has to join again');
  await a.commit('before it does', 9);
  await a.commit('in a version that knows no epochs', 8);
  await a.commit('another generation', 9, { generationIdOrMemberEpoch: 9 });
  await play.fetch('a classic member asks', groupId, a.memberId, a.generationId);
  await play.fetch('in another generation', groupId, a.memberId, 9);
  await a.heartbeat('another generation', 4, { generationId: 9 });
  await a.heartbeat('another member', 4, { memberId: 'nobody' });
  await a.heartbeat('an instance that is not there', 4, { groupInstanceId: 'instance-z' });
  // It has given everything back.
  (await a.join('joins again', 9, { protocols: protocols() })).note();
  await a.heartbeat('is in the new generation');
  for (const facts of [{ protocolName: 'roundrobin' }, { protocolType: 'connect' }, { generationId: 1 }])
    (await a.sync(`with ${JSON.stringify(facts)}`, 5, [], facts)).note();
  (await a.sync('in the new generation')).note();
  await play.describe('one has joined again', groupId);
  await c.heartbeat('gets what is free');
  (await b.join('joins again', 5, { protocols: protocols() })).note();
  (await b.sync('joins again', 4)).note();
  await c.heartbeat('gets its part');
  await a.heartbeat('stable');
  await play.describe('stable', groupId);
  await play.commit('commits', c, 9);
  await c.send('leaves', { memberEpoch: -1 });
  await c.heartbeat('has left');
  await play.describe('is a classic one again', groupId);
  await play.list('downgraded', { typesFilter: ['classic'] });
  await a.awaitRebalance();
  const again = [a, b].map((member) => member.join('', 9, { protocols: protocols() }));
  const [{ answer }] = await Promise.all(again);
  play.scene.note('the generation after it', { generationId: answer.generationId, protocolName: answer.protocolName });
  await b.leave('leaves');
  await a.leave('leaves');
}

async function joined(play) {
  const groupId = 'joined';
  const c = await play.member(groupId, LAST);
  await c.join('joins', joins);
  const a = await Member.open(play.scene, { groupId });
  for (const version of [3, 4, 9])
    for (const [what, facts] of [
      ['of another kind', { protocolType: 'connect', protocols: protocols() }],
      ['without protocols', { protocols: [] }],
      ['with its own id, of an instance', { memberId: 'x', groupInstanceId: version < 5 ? null : 'instance-x' }],
    ])
      if (version >= 5 || facts.groupInstanceId !== null) (await a.join(what, version, facts)).note();
  a.memberId = '';
  await a.enter('a classic member', 9, { protocols: protocols({ rackId: 'r' }) });
  await a.heartbeat('waits for its part');
  (await a.sync('gets what is free')).note();
  await c.heartbeat('lets go');
  await a.heartbeat('waits');
  c.revoke();
  await c.heartbeat('has let go');
  await a.heartbeat('hears of it');
  (await a.join('joins for it', 9, { protocols: protocols() })).note();
  (await a.sync('has it')).note();
  await play.describe('one of each', groupId);
  const d = new Cooperative(await Member.open(play.scene, { groupId, groupInstanceId: 'instance-d' }));
  await d.join('joins', { protocols: protocols({ names: ['sticky', 'cooperative-sticky'] }) });
  await d.join('joins', { protocols: protocols({ names: ['cooperative-sticky', 'range'] }) });
  (await d.member.sync('by its first protocol', 5, [], { protocolName: 'cooperative-sticky' })).note();
  (await d.member.sync('by another', 5, [], { protocolName: 'range' })).note();
  const e = await play.member(groupId, `${LAST}e`);
  await e.join('the fourth', joins);
  const f = await Member.open(play.scene, { groupId });
  await f.enter('one too many');
  await f.enter('one too many, by an old version', 3);
  await d.member.leave('by its instance', 5, [{ memberId: '', groupInstanceId: 'instance-d', reason: null }]);
  await d.member.leave('several', 5, [
    { memberId: 'nobody', groupInstanceId: null, reason: null },
    { memberId: LAST, groupInstanceId: 'instance-d', reason: null },
    { memberId: `${LAST}e`, groupInstanceId: null, reason: null },
    { memberId: `${LAST}e`, groupInstanceId: null, reason: null },
  ]);
  await e.heartbeat('was dismissed');
  await c.heartbeat('goes on');
  await play.describe('without the dismissed', groupId);
  await a.leave('the classic one', 2);
  await c.heartbeat('gets all');
  await c.send('leaves', { memberEpoch: -1 });
}

/** One instance comes with one protocol, the other, and the first again. */
async function replaced(play) {
  for (const [groupId, topics] of [
    ['replaced', ['first']],
    ['replaced with another', ['second']],
  ]) {
    const [a, b] = await classicGroup(play, groupId, 'instance-a', 'instance-b');
    const c = await play.member(groupId, 'c', { instanceId: 'instance-a' });
    await c.join('in the place of a classic one', joins);
    await a.heartbeat('was replaced');
    await play.describe('replaced', groupId);
    await b.heartbeat('goes on');
    const d = await play.member(groupId, 'd', { instanceId: 'instance-a' });
    await d.join('its instance is not free', joins);
    await c.heartbeat('goes on');
    (await b.join('joins again', 9, { protocols: protocols() })).note();
    (await b.sync('joins again')).note();
    await c.heartbeat('stable');
    const e = await Member.open(play.scene, { groupId, groupInstanceId: 'instance-a' });
    (await e.join('in the place of the last one', 9, { protocols: protocols({ topics }) })).note();
    await c.heartbeat('was replaced');
    await play.list('downgraded', { typesFilter: ['classic'] });
    (await e.sync('in a classic group')).note();
    await b.heartbeat('in a classic group');
    (await b.sync('in a classic group')).note();
    await e.heartbeat('in a classic group');
    await b.leave('leaves');
    await e.leave('leaves', 5, [{ memberId: '', groupInstanceId: 'instance-a', reason: null }]);
  }
}

/** The classic group is on the way to a generation when the new member comes. */
async function rebalancing(play) {
  const groupId = 'rebalancing';
  const [a, b] = await classicGroup(play, groupId, 'instance-a', 'instance-b');
  // The leader says something else, and waits for the other one.
  const waiting = a.join('waits for the others', 9, { protocols: protocols() });
  await b.awaitRebalance();
  const c = await play.member(groupId, 'c');
  await c.join('joins meanwhile', joins);
  (await waiting).note();
  await play.describe('upgraded on the way', groupId);
  for (const member of [a, b]) {
    (await member.join('joins again', 9, { protocols: protocols() })).note();
    (await member.sync('joins again')).note();
  }
  await c.heartbeat('gets its part');
  await play.describe('all have what they are to have', groupId);
  await c.send('leaves', { memberEpoch: -1 });
  await b.heartbeat('has to join again');
  const again = [a, b].map((member) => member.join('', 9, { protocols: protocols() }));
  const answers = await Promise.all(again);
  const follower = answers[0].answer.members.length === 0 ? a : b;
  const sync = follower.sync('waits for the leader');
  await c.join('joins once more', joins);
  (await sync).note();
  await play.describe('upgraded on the way once more', groupId);
  for (const member of [a, b]) await member.leave('leaves');
  await c.send('leaves', { memberEpoch: -1 });
}

/** Who does not do in time what it is told to is removed. */
async function late(play) {
  const groupId = 'late';
  const c = await play.member(groupId, LAST);
  await c.join('joins', joins);
  const a = await Member.open(play.scene, { groupId });
  await a.enter('never syncs', 9, { rebalanceTimeoutMs: 300 });
  await sleep(1_000);
  await a.heartbeat('has not synced in time');
  await play.describe('without it', groupId);
  a.memberId = '';
  await a.enter('never joins again', 9, { rebalanceTimeoutMs: 300 });
  (await a.sync('it syncs')).note();
  await c.heartbeat('lets go');
  await c.heartbeat('subscribes', { subscribedTopicNames: ['first', 'second'] });
  await a.heartbeat('has to join again');
  await sleep(1_000);
  await a.heartbeat('has not in time');
  await play.describe('without it', groupId);
  await c.send('leaves', { memberEpoch: -1 });
}

/** Groups that cannot be of the consumer protocol. */
async function refused(play) {
  const groupId = 'refused';
  const connect = await Member.open(play.scene, { groupId });
  const facts = { protocolType: 'connect', protocols: [{ name: 'range', metadata: subscriptionTo('first') }] };
  await connect.enter('no consumer', 9, facts);
  const c = await play.member(groupId, 'c');
  await c.join('to a group of no consumers', joins);
  await connect.leave('leaves');
  const custom = await Member.open(play.scene, { groupId });
  await custom.enter('a consumer');
  const assignment = encodeAssignment({ partitions: [], userData: Buffer.from('mine') });
  (await custom.sync('its assignor keeps data', 5, [{ memberId: custom.memberId, assignment }])).note();
  await c.join('to a group whose assignor keeps data', joins);
  await custom.heartbeat('goes on');
  await custom.leave('leaves');
}

async function patterns(play) {
  const groupId = 'patterns';
  const b = await play.member(groupId, 'b');
  const c = await play.member(groupId, 'c', { instanceId: 'instance-c' });
  await b.join('joins', joins);
  await c.join('joins', { ...joins, subscribedTopicRegex: 'fi.*' });
  await c.awaitEpoch();
  const a = await Member.open(play.scene, { groupId, groupInstanceId: 'instance-c' });
  (await a.join('in the place of one with an expression', 9, { protocols: protocols() })).note();
  await play.describe('without the expression', groupId);
  await a.leave('leaves');
  await b.send('leaves', { memberEpoch: -1 });
}

const topicSets = [['first'], ['second'], ['first', 'second'], []];

/** Whatever comes, while one member keeps the group one of the consumer protocol. */
async function mixed(play, seed) {
  const groupId = 'mixed';
  const random = new Random(seed);
  const anchor = await play.member(groupId, 'anchor');
  await anchor.join('joins', joins);
  const others = [
    await play.member(groupId, 'b'),
    new Cooperative(await Member.open(play.scene, { groupId, groupInstanceId: 'instance-c' })),
    new Cooperative(await Member.open(play.scene, { groupId, groupInstanceId: 'instance-d' })),
  ];
  for (let step = 0; step < MIXED_STEPS; step++) {
    if (random.below(4) === 0) {
      if (random.below(3) > 0) anchor.revoke();
      await anchor.heartbeat(`${step}`);
    } else await mixedStep(random, random.pick(others), step);
    if (step % 10 === 9) await play.describe(`${step}`, groupId);
  }
}

async function mixedStep(random, member, step) {
  if (member instanceof Cooperative) return classicStep(random, member, step);
  switch (random.below(5)) {
    case 0:
      return member.join(`${step} joins`, { ...joins, subscribedTopicNames: random.pick(topicSets.slice(0, 2)) });
    case 1:
      return member.send(`${step} leaves`, { memberEpoch: -1 });
    default:
      if (random.below(3) > 0) member.revoke();
      return member.heartbeat(`${step}`);
  }
}

async function classicStep(random, classic, step) {
  const { member } = classic;
  switch (random.below(8)) {
    case 0:
      classic.owned = [];
      member.memberId = '';
      return classic.join(`${step} begins anew`);
    case 1:
      return random.below(2) > 0 ? undefined : member.leave(`${step} leaves`);
    case 2:
      return classic.join(`${step} subscribes`, {
        protocols: protocols({ owned: classic.owned, topics: random.pick(topicSets.slice(0, 2)) }),
      });
    case 3:
    case 4:
      return classic.join(`${step} joins`);
    case 5:
    case 6:
      return classic.sync(`${step} syncs`);
    default:
      return member.heartbeat(`${step} is alive`);
  }
}

export async function playMigrations(play, seed) {
  for (const part of [upgraded, joined, replaced, rebalancing, late, refused, patterns]) await part(play);
  await mixed(play, seed);
}
