/**
 * What members of groups of the consumer protocol (KIP-848) may send, heartbeat by heartbeat, and what must not depend on whose broker answers: each function returns
 * the answers with a name. `playRandom` makes its members up; a group's assignor is `range` there, since `uniform` of Kafka's goes by the order of its hash maps.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeAssignment } from '#millrace/group/assignment-format.js';
import { NO_ID, Play } from './consumer-scene.mjs';
import { Member } from './group-scene.mjs';
import { ownSettings } from './group-setting-scenes.mjs';
import { MIGRATING_GROUPS, playMigrations } from './migration-scenes.mjs';
import { Random } from './workload.mjs';

export const CONSUMER_SETTINGS = {
  'group.initial.rebalance.delay.ms': 0,
  'group.consumer.max.size': 4,
};
const GROUPS_OF_SCENES = [
  'alone 0',
  'alone 1',
  'two',
  'static',
  'slow',
  'subscribing',
  'by pattern',
  'moving',
  'none',
  'kept',
];
const RANDOM_GROUPS = 4;
const STEPS = 120;

async function wrong(play) {
  const member = await play.member('none', 'one');
  for (const version of [0, 1]) {
    const joins = {
      'no group': { groupId: '' },
      'blank group': { groupId: ' ' },
      'no member id': { memberId: ' ' },
      'empty instance': { instanceId: '' },
      'empty rack': { rackId: '' },
      'no rebalance time-out': { rebalanceTimeoutMs: -1 },
      'says not what it has': { topicPartitions: null },
      'has something': { topicPartitions: [{ topicId: NO_ID, partitions: [0] }] },
      'subscribes to nothing': { subscribedTopicNames: null },
      'unknown assignor': { serverAssignor: 'sticky' },
      'empty assignor': { serverAssignor: '' },
    };
    for (const [what, facts] of Object.entries(joins)) await member.join(what, facts, version);
    for (const memberEpoch of [1, -1, -2, -3]) {
      await member.send(`epoch ${memberEpoch}`, { memberEpoch }, version);
      await member.send(`epoch ${memberEpoch}, nobody`, { memberEpoch, memberId: '' }, version);
      await member.send(`epoch ${memberEpoch}, an instance`, { memberEpoch, instanceId: 'i' }, version);
    }
  }
  for (const pattern of ['(', 'a{1001}', '[', '(?=a)b', '\\8', '(?P<n', '*', 'a**'])
    await member.join(`pattern ${pattern}`, { subscribedTopicRegex: pattern });
  await play.describe('nothing is there', 'none', '');
}

async function alone(play) {
  for (const version of [0, 1]) {
    const groupId = `alone ${version}`;
    const member = await play.member(groupId, version === 0 ? '' : 'member');
    const { memberId } = await member.join('joins', {}, version);
    member.memberId = memberId;
    await member.heartbeat('again');
    await member.send('says nothing', {}, version);
    await member.send('says all', {
      rebalanceTimeoutMs: 60_000,
      subscribedTopicNames: ['first'],
      topicPartitions: member.owned,
    });
    await play.describe('stable', groupId);
    await member.join('joins again', {}, version);
    await member.send('epoch too high', { memberEpoch: 9, topicPartitions: member.owned });
    await member.join('topics that are not there', { subscribedTopicNames: ['none', 'second', 'first'] }, version);
    await member.send('no topics', { subscribedTopicNames: [], topicPartitions: member.owned });
    member.revoke();
    await member.heartbeat('has let go');
    await play.describe('without topics', groupId);
    await member.send('leaves', { memberEpoch: -1 }, version);
    await member.heartbeat('is gone');
    await play.describe('empty', groupId);
  }
}

async function two(play) {
  const [a, b] = [await play.member('two', 'a'), await play.member('two', 'b')];
  const assignor = { serverAssignor: 'range' };
  await a.join('joins', assignor);
  await b.join('joins', assignor);
  await play.describe('b waits', 'two');
  await b.heartbeat('waits');
  await a.send('says nothing', {});
  await a.heartbeat('has to let go');
  await play.describe('a lets go', 'two');
  await a.heartbeat('has not yet');
  a.revoke();
  const lost = a.request({ topicPartitions: a.owned });
  await a.heartbeat('has');
  await a.send('has not heard the answer', { ...lost });
  await a.send('has not heard, and does not say what it has', { ...lost, topicPartitions: null });
  await a.send('has not heard, and has more', {
    ...lost,
    topicPartitions: [{ topicId: play.scene.topicIds.first, partitions: [0, 1, 2] }],
  });
  await b.heartbeat('gets its part');
  await play.describe('stable', 'two');
  for (const version of [2, 5, 8, 9, 10]) await play.commit('a commits', a, version);
  await play.commit('an old epoch', { ...a, epoch: 1, groupId: 'two', memberId: 'a' }, 9);
  await play.commit('an epoch to come', { groupId: 'two', memberId: 'a', epoch: 7 }, 9);
  await play.commit('nobody', { groupId: 'two', memberId: '', epoch: -1 }, 9);
  await play.commit('a ghost', { groupId: 'two', memberId: 'ghost', epoch: 2 }, 9);
  for (const version of [9, 10]) {
    await play.fetch('a asks', 'two', 'a', a.epoch, version);
    await play.fetch('an old epoch asks', 'two', 'a', 1, version);
    await play.fetch('a ghost asks', 'two', 'ghost', 2, version);
    await play.fetch('nobody asks', 'two', null, -1, version);
    await play.fetch('of a group that is not there', 'nowhere', 'a', 2, version);
  }
  const { tools, scene } = play;
  for (const version of [0, 5, 6])
    await scene.ask(tools, 'by the other API', 'describeGroups', version, {
      groups: ['two'],
      includeAuthorizedOperations: false,
    });
  await scene.ask(tools, 'with members', 'deleteGroups', 2, { groupsNames: ['two'] });
  const erased = [
    { name: 'first', partitions: [{ partitionIndex: 0 }] },
    { name: 'second', partitions: [{ partitionIndex: 0 }] },
  ];
  await scene.ask(tools, 'of a topic that is subscribed to', 'offsetDelete', 0, { groupId: 'two', topics: erased });
  const [c, d, e] = await Promise.all(['c', 'd', 'e'].map((id) => play.member('two', id)));
  await c.join('joins', assignor);
  await d.join('joins', assignor);
  await e.join('one too many', assignor);
  await a.send('leaves', { memberEpoch: -1 });
  await e.join('now there is room', assignor);
  for (const member of [b, c, d, e]) {
    await member.heartbeat('one of four');
    member.revoke();
  }
  for (const member of [b, c, d, e]) await member.heartbeat('one of four again');
  await play.describe('four', 'two');
  for (const member of [b, c, d, e]) await member.send('leaves', { memberEpoch: -1 });
}

async function statics(play) {
  const a = await play.member('static', 'a', { instanceId: 'i' });
  const b = await play.member('static', 'b', { instanceId: 'j' });
  const again = await play.member('static', 'c', { instanceId: 'i' });
  const assignor = { serverAssignor: 'range' };
  await a.join('joins', assignor);
  await again.join('its instance is not free', assignor);
  await b.join('joins', assignor);
  await a.heartbeat('lets go');
  a.revoke();
  await a.heartbeat('has let go');
  await b.heartbeat('gets its part');
  await again.send('not its own', { memberEpoch: 2 });
  await again.send('leaves for another', { memberEpoch: -2 });
  await a.send('will be back', { memberEpoch: -2 });
  await play.describe('one is away', 'static');
  await a.heartbeat('is away');
  await again.join('is back', assignor);
  await b.heartbeat('nothing has changed');
  await play.describe('it is back', 'static');
  await a.heartbeat('was another');
  await a.send('was another, and leaves', { memberEpoch: -1 });
  await again.send('an unknown instance', { instanceId: 'k' });
  await again.send('without its instance', { instanceId: null, topicPartitions: again.owned });
  await again.send('will be back', { memberEpoch: -2 });
  const other = await play.member('static', 'd', { instanceId: 'i' });
  await other.join('is back with another subscription', { ...assignor, subscribedTopicNames: ['second'] });
  await b.heartbeat('gets the rest');
  await play.describe('with another subscription', 'static');
  await other.send('leaves', { memberEpoch: -1 });
  await b.heartbeat('alone');
  await b.send('leaves', { memberEpoch: -1 });
}

async function slow(play) {
  const [a, b] = [await play.member('slow', 'a'), await play.member('slow', 'b')];
  await a.join('joins', { rebalanceTimeoutMs: 300, serverAssignor: 'range' });
  await b.join('joins', { serverAssignor: 'range' });
  await a.heartbeat('has to let go');
  await sleep(1_000);
  await a.heartbeat('has not in time');
  await b.heartbeat('gets all');
  await play.describe('one of two', 'slow');
  await b.send('leaves', { memberEpoch: -1 });
}

async function subscribing(play) {
  const [a, b] = [await play.member('subscribing', 'a'), await play.member('subscribing', 'b')];
  await a.join('joins', { serverAssignor: 'range' });
  await b.join('joins', { serverAssignor: 'range', subscribedTopicNames: ['second', 'other'] });
  await a.heartbeat('keeps all');
  await a.heartbeat('takes the other topic', { subscribedTopicNames: ['second'] });
  a.revoke();
  await a.heartbeat('has let go');
  await b.heartbeat('lets go');
  b.revoke();
  await b.heartbeat('has let go');
  await a.heartbeat('gets its part');
  await play.describe('of two topics', 'subscribing');
  await a.heartbeat('another assignor', { serverAssignor: 'uniform' });
  await b.heartbeat('the same', { serverAssignor: 'uniform', subscribedTopicNames: ['other', 'second'] });
  await a.heartbeat('another rack', { rackId: 'r' });
  await play.describe('uniform', 'subscribing');
  for (const member of [a, b]) await member.send('leaves', { memberEpoch: -1 });
}

async function byPattern(play) {
  const [a, b] = [await play.member('by pattern', 'a'), await play.member('by pattern', 'b')];
  const assignor = { serverAssignor: 'range' };
  await a.join('joins', { ...assignor, subscribedTopicRegex: '(first|sec.*d)' });
  await a.awaitEpoch();
  await play.describe('what it stands for', 'by pattern');
  await b.join('the same', { ...assignor, subscribedTopicRegex: '(first|sec.*d)' });
  await a.heartbeat('lets go');
  a.revoke();
  await a.heartbeat('has let go');
  await b.heartbeat('gets its part');
  await b.heartbeat('by name instead', { subscribedTopicRegex: '', subscribedTopicNames: ['other'] });
  b.revoke();
  await b.heartbeat('has let go');
  await a.heartbeat('gets the rest');
  await b.heartbeat('both', { subscribedTopicRegex: '(first|sec.*d)' });
  await b.heartbeat('wrong', { subscribedTopicRegex: '(' });
  await play.describe('both', 'by pattern');
  for (const member of [a, b]) await member.send('leaves', { memberEpoch: -1 });
}

async function moving(play) {
  const { scene } = play;
  const classic = await Member.open(scene, { groupId: 'moving' });
  await classic.enter('classic');
  // What its assignor tells it would be lost: the group must stay what it is.
  const assignment = encodeAssignment({ partitions: [], userData: Buffer.from('for it alone') });
  (await classic.sync('classic', 5, [{ memberId: classic.memberId, assignment }])).note();
  const a = await play.member('moving', 'a');
  await a.join('a classic group has members');
  await play.commit('by the other protocol', { groupId: 'moving', memberId: 'a', epoch: 1 }, 9);
  await classic.leave('classic', 5);
  await a.send('cannot go on where nothing is', { memberEpoch: 1, topicPartitions: [] });
  await a.join('it is empty');
  await play.list('a group of consumers', { typesFilter: ['consumer'], statesFilter: ['stable'] });
  await classic.heartbeat('is gone');
  await classic.leave('is gone', 4);
  await classic.commit('is gone', 9);
  (await classic.sync('is gone')).note();
  await classic.heartbeat('by the other protocol', 4, { memberId: 'a', generationId: a.epoch });
  (await classic.sync('by the other protocol', 5, [], { memberId: 'a', generationId: a.epoch })).note();
  await a.send('leaves', { memberEpoch: -1 });
  const next = await Member.open(scene, { groupId: 'moving' });
  await next.enter('it is empty');
  await play.list('a classic group', { typesFilter: ['classic'] });
  await next.leave('classic', 5);
}

/** What is still there when the broker stops. */
async function kept(play) {
  const member = await play.member('kept', 'member');
  await member.join('joins', { subscribedTopicNames: ['first', 'second', 'none'] });
}

export async function playConsumers(server) {
  const play = await Play.begin(server);
  for (const part of [wrong, alone, two, statics, slow, subscribing, byPattern, moving, ownSettings, kept])
    await part(play);
  await play.list('all');
  play.scene.close();
  return play.answers;
}

/** Members of some groups that do what they may and what they may not. */
export async function playRandom(server, seed) {
  const play = await Play.begin(server);
  for (let group = 0; group < RANDOM_GROUPS; group++) {
    const random = new Random(seed * 1_000 + group);
    const groupId = `random ${group}`;
    const members = [];
    for (let i = 0; i < 3; i++) members.push(await play.member(groupId, `m${i}`, i === 2 ? { instanceId: 'i' } : {}));
    for (let step = 0; step < STEPS; step++) {
      await randomStep(random, random.pick(members), step);
      if (step % 10 === 9) await play.describe(`${step}`, groupId);
    }
  }
  await play.list('all at the end');
  play.scene.close();
  return play.answers;
}

const topicSets = [['first'], ['second'], ['first', 'second'], ['first', 'none'], []];

async function randomStep(random, member, step) {
  const isStatic = member.instanceId !== null;
  switch (random.below(12)) {
    case 0:
    case 1:
      return member.join(`${step} joins`, { serverAssignor: 'range', subscribedTopicNames: random.pick(topicSets) });
    case 2:
      return member.send(`${step} says nothing`);
    case 3:
      return member.heartbeat(`${step} another epoch`, { memberEpoch: member.epoch + random.pick([-1, -1, 1]) });
    case 4:
      return member.heartbeat(`${step} subscribes`, { subscribedTopicNames: random.pick(topicSets) });
    case 5:
      return random.below(3) > 0 ? undefined : member.send(`${step} leaves`, { memberEpoch: -1 });
    case 6:
      if (!isStatic) return undefined;
      await member.send(`${step} will be back`, { memberEpoch: -2 });
      member.memberId = `m2 ${step}`;
      return member.join(`${step} is back`, { serverAssignor: 'range' });
    default:
      if (random.below(3) > 0) member.revoke();
      return member.heartbeat(`${step}`);
  }
}

/** Members of both protocols in the same groups. */
export async function playMixed(server, seed) {
  const play = await Play.begin(server);
  await playMigrations(play, seed);
  play.scene.close();
  return play.answers;
}

/** A heartbeat of the member that `kept` has left. */
export async function goOn(server) {
  const play = await Play.begin(server);
  const member = await play.member('kept', 'member');
  const { errorCode, memberEpoch } = await member.quietly({ memberEpoch: 1 });
  play.scene.close();
  return { errorCode, memberEpoch };
}

/** All groups as they are at the end. */
export async function describeAll(server) {
  const play = await Play.begin(server);
  const random = Array.from({ length: RANDOM_GROUPS }, (_, group) => `random ${group}`);
  for (const groupId of [...GROUPS_OF_SCENES, ...random, ...MIGRATING_GROUPS])
    await play.describe('at the end', groupId);
  play.scene.close();
  return play.answers;
}
