/**
 * What members of groups, and tools, may send, request by request, and what must not depend on whose broker answers: `playGroups` returns each answer with
 * a name.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { deletions } from './deletion-scenes.mjs';
import { GroupScene, Member, subscriptionTo } from './group-scene.mjs';
import { commits, fetchOffsets, transactions } from './offset-scenes.mjs';

/** Topics that must be there, of two partitions each. */
export const GROUP_TOPICS = ['first', 'second'];
export const GROUP_SETTINGS = {
  'group.initial.rebalance.delay.ms': 0,
  'group.min.session.timeout.ms': 100,
  'group.max.session.timeout.ms': 60_000,
  'group.max.size': 3,
  'offset.metadata.max.bytes': 20,
};
const LAST = { joinGroup: 9, syncGroup: 5, heartbeat: 4, leaveGroup: 5, describeGroups: 6, listGroups: 5 };

/** Kafka makes the topic of offsets when somebody looks for a coordinator. */
async function awaitCoordinator(scene, tools) {
  for (const groupId of ['', 'g']) {
    for (const version of [0, 4]) {
      await scene.ask(tools, 'of a group', 'findCoordinator', version, {
        key: groupId,
        keyType: 0,
        coordinatorKeys: [groupId],
      });
    }
  }
}

async function topicIds(scene, tools) {
  const topics = GROUP_TOPICS.map((name) => ({ name }));
  const answer = await tools.ask('metadata', 12, {
    topics: topics.map((topic) => ({ ...topic, topicId: 'AAAAAAAAAAAAAAAAAAAAAA' })),
    allowAutoTopicCreation: false,
    includeTopicAuthorizedOperations: false,
  });
  for (const { name, topicId } of answer.topics) scene.topicIds[name] = topicId;
}

const describe = (scene, tools, what, groups = ['g'], version = LAST.describeGroups) =>
  scene.ask(tools, what, 'describeGroups', version, { groups, includeAuthorizedOperations: true });

const list = (scene, tools, what, version = LAST.listGroups, filters = {}) =>
  scene.ask(tools, what, 'listGroups', version, { statesFilter: [], typesFilter: [], ...filters });

async function nobody(scene, tools) {
  for (const groupId of ['', 'nowhere']) {
    const what = groupId === '' ? 'without a name' : 'unknown';
    const member = await Member.open(scene, { groupId });
    const ghost = { memberId: 'ghost', generationId: 3 };
    for (const version of [0, 2, 3, 5, 9]) (await member.join(what, version, { memberId: 'ghost' })).note();
    for (const version of [0, 3, 5]) (await member.sync(what, version, [], ghost)).note();
    for (const version of [0, 3, 4]) await member.heartbeat(what, version, ghost);
    Object.assign(member, ghost);
    for (const version of [0, 2, 3, 5]) await member.leave(what, version);
    for (const version of [2, 5, 7, 8, 9, 10]) await member.commit(what, version);
    for (const version of [0, 4, 5, 6]) await describe(scene, tools, what, [groupId, 'nowhere else'], version);
    for (const version of [0, 2])
      await scene.ask(tools, what, 'deleteGroups', version, { groupsNames: [groupId, 'nowhere else', groupId] });
    const topics = [{ name: 'first', partitions: [{ partitionIndex: 0 }] }];
    await scene.ask(tools, what, 'offsetDelete', 0, { groupId, topics });
    await scene.ask(tools, `${what}, no topics`, 'offsetDelete', 0, { groupId, topics: [] });
    for (const version of [1, 2, 5, 7, 8, 9]) {
      const asked = [
        { name: 'first', partitionIndexes: [1, 0] },
        { name: 'none', partitionIndexes: [0] },
      ];
      await fetchOffsets(scene, tools, what, version, { groupId, topics: asked });
      if (version > 1) await fetchOffsets(scene, tools, `${what}, all`, version, { groupId });
    }
  }
  for (const version of [0, 3, 4, 5]) await list(scene, tools, 'none', version);
}

async function wrongJoins(scene) {
  const member = await Member.open(scene);
  const wrong = async (what, facts, versions = [0, 5, 9]) => {
    for (const version of versions) (await member.join(what, version, facts)).note();
  };
  await wrong('a short session', { sessionTimeoutMs: 99 });
  await wrong('a long session', { sessionTimeoutMs: 60_001 });
  await wrong('no protocols', { protocols: [] });
  await wrong('no protocol type', { protocolType: '' });
  await wrong('unknown member', { memberId: 'ghost' });
  await wrong('unknown member with an instance', { memberId: 'ghost', groupInstanceId: 'i' }, [5, 9]);
}

/** One member in every version, from its first word to its last. */
async function alone(scene, tools) {
  for (let version = 0; version <= LAST.joinGroup; version++) {
    const groupId = `alone ${version}`;
    const member = await Member.open(scene, { groupId });
    await member.enter('alone', version);
    await member.commit('before it has synced', 6);
    await describe(scene, tools, 'joined', [groupId]);
    (
      await member.sync('alone', Math.min(version, LAST.syncGroup), [
        { memberId: member.memberId, assignment: Buffer.from('all') },
      ])
    ).note();
    await member.heartbeat('alone', Math.min(version, LAST.heartbeat));
    await member.commit('alone', Math.max(version, 2));
    await describe(scene, tools, 'stable', [groupId], Math.min(version, LAST.describeGroups));
    await member.leave('alone', Math.min(version, LAST.leaveGroup));
    await member.leave('again', Math.min(version, LAST.leaveGroup));
    await describe(scene, tools, 'empty', [groupId], Math.min(version, LAST.describeGroups));
    await fetchOffsets(scene, tools, 'what it has left', Math.max(version, 2), { groupId });
  }
}

async function several(scene, tools) {
  const [a, b, c] = [await Member.open(scene), await Member.open(scene), await Member.open(scene)];
  await a.enter('a');
  await a.assign('a leads', a);
  await b.introduce();
  await describe(scene, tools, 'b has an id');
  const joining = b.join('b');
  await a.awaitRebalance();
  await describe(scene, tools, 'b waits');
  await a.heartbeat('in a rebalance', 0);
  await a.heartbeat('another generation', 3, { generationId: 17 });
  await a.commit('in a rebalance');
  (await a.sync('in a rebalance')).note();
  (await a.join('a joins again')).note();
  (await joining).note();
  await describe(scene, tools, 'nobody has synced');
  await b.commit('nobody has synced');
  await b.heartbeat('nobody has synced');
  (await b.sync('another generation', 5, [], { generationId: 1 })).note();
  (await b.sync('another protocol', 5, [], { protocolName: 'sticky' })).note();
  (await b.sync('another protocol type', 5, [], { protocolType: 'connect' })).note();
  (await b.sync('no protocol', 5, [], { protocolName: null })).note();
  (await b.sync('no protocol type', 5, [], { protocolType: null })).note();
  const syncing = b.sync('b', 3);
  await a.assign('a leads two', a, b, { memberId: 'ghost' });
  (await syncing).note();
  (await b.sync('b again', 0)).note();
  (await b.join('b joins again, with nothing new')).note();
  await a.heartbeat('no rebalance by that');
  for (const version of [2, 5, 7, 9]) await b.commit('in a generation', version, { offset: version });
  await b.commit('another generation', 9, { generationIdOrMemberEpoch: 1 });
  await b.commit('nobody', 9, { generationIdOrMemberEpoch: -1, memberId: '' });
  await b.commit('a ghost', 9, { memberId: 'ghost' });
  await b.commit('its id alone', 9, { generationIdOrMemberEpoch: -1 });
  await describe(scene, tools, 'stable');
  await tooMany(scene, c);
  const leading = a.join('the leader joins again, with nothing new');
  await b.awaitRebalance();
  (await b.join('b follows')).note();
  (await leading).note();
  await a.assign('a leads still', b, a);
  (await b.sync('b', 5)).note();
  const odd = await Member.open(scene);
  await odd.introduce(9).catch(() => undefined);
  (await odd.join('other protocols', 9, { protocols: [{ name: 'other', metadata: Buffer.alloc(0) }] })).note();
  (await odd.join('another protocol type', 9, { protocolType: 'connect' })).note();
  await odd.leave('who was sent away leaves', 4);
  await a.leave('the leader', 1);
  await b.awaitRebalance();
  (await b.join('b leads', 9)).note();
  (await b.sync('b leads', 5, [])).note();
  await describe(scene, tools, 'with no assignment');
  await b.leave('several', 4, [
    { memberId: 'ghost', groupInstanceId: null },
    { memberId: b.memberId, groupInstanceId: null },
    { memberId: b.memberId, groupInstanceId: null },
    { memberId: '', groupInstanceId: 'nobody' },
  ]);
  await describe(scene, tools, 'empty again');
  await a.commit('late', 9);
  await a.heartbeat('late');
}

/** Three are as many as may be. */
async function tooMany(scene, c) {
  const groupId = 'full';
  const members = [];
  for (let i = 0; i < 3; i++) members.push(await Member.open(scene, { groupId, groupInstanceId: `instance-${i}` }));
  await members[0].enter('first of three');
  await members[0].assign('first of three', members[0]);
  const joins = members.slice(1).map((member) => member.join('more', 5));
  await members[0].awaitRebalance();
  await sleep(200);
  joins.push(members[0].join('first again', 9));
  await Promise.all(joins);
  await members[0].assign('three', ...members).catch(() => undefined);
  const fourth = await Member.open(scene, { groupId });
  for (const version of [0, 3]) (await fourth.join('one too many', version)).note();
  await fourth.enter('one too many', 9);
  (await c.join('another group', 3, { groupId: 'not full', memberId: '' })).note();
}

async function votes(scene) {
  const groupId = 'votes';
  const protocols = (...names) => ({ protocols: names.map((name) => ({ name, metadata: Buffer.from(name) })) });
  const [a, b] = [await Member.open(scene, { groupId }), await Member.open(scene, { groupId })];
  await a.enter('three', 9, protocols('x', 'y', 'z'));
  (await a.sync('x', 5, [], { protocolName: 'x' })).note();
  await b.join('', 9, protocols('z', 'y'));
  const joining = b.join('two of them', 9, protocols('z', 'y'));
  await a.awaitRebalance();
  (await a.join('prefers y now', 9, protocols('y', 'z'))).note();
  (await joining).note();
}

async function instances(scene, tools) {
  const groupId = 'static';
  const open = (groupInstanceId) => Member.open(scene, { groupId, groupInstanceId });
  const a = await open('instance-a');
  await a.enter('a', 5);
  await a.assign('a', a);
  const b = await open('instance-b');
  const joining = b.join('b', 7);
  await a.awaitRebalance();
  (await a.join('a again', 5)).note();
  (await joining).note();
  const syncing = b.sync('b', 5);
  await a.assign('two', a, b);
  (await syncing).note();
  await describe(scene, tools, 'two', [groupId], 4);
  const old = { ...b.identity };
  const again = await open('instance-b');
  (await again.join('b is back, with another id', 7)).note();
  await a.heartbeat('no rebalance by that');
  await again.heartbeat('back');
  (await again.sync('back', 5)).note();
  const stale = await Member.open(scene, { groupId, groupInstanceId: 'instance-b' });
  Object.assign(stale, { memberId: old.memberId, generationId: old.generationId });
  await stale.heartbeat('stale', 3);
  (await stale.sync('stale', 3)).note();
  await stale.commit('stale', 7);
  (await stale.join('stale', 5)).note();
  await stale.leave('stale', 3);
  await stale.heartbeat('without the instance', 3, { groupInstanceId: null });
  await stale.heartbeat('another instance', 3, { groupInstanceId: 'instance-z' });
  const leader = await open('instance-a');
  (await leader.join('the leader is back, and skips', 9)).note();
  await leader.heartbeat('it is back');
  const older = await open('instance-a');
  (await older.join('the leader is back, and knows no skipping', 8)).note();
  await again.heartbeat('no rebalance by that');
  const other = await open('instance-b');
  const changed = other.join('b is back with more protocols', 9, {
    protocols: [{ name: 'range', metadata: subscriptionTo('first', 'second') }],
  });
  (await changed).note();
  await describe(scene, tools, 'changed', [groupId]);
  await other.leave('by its instance', 3, [{ memberId: '', groupInstanceId: 'instance-b' }]);
  await older.awaitRebalance();
  await other.leave('again', 3, [{ memberId: '', groupInstanceId: 'instance-b' }]);
  await describe(scene, tools, 'one has left', [groupId]);
}

async function ends(scene, tools) {
  const deletion = (groupId, ...topics) => {
    const named = topics.map((name) => ({ name, partitions: [{ partitionIndex: 0 }, { partitionIndex: 9 }] }));
    return scene.ask(tools, `of ${groupId}`, 'offsetDelete', 0, { groupId, topics: named });
  };
  const member = await Member.open(scene, { groupId: 'reads first' });
  await member.enter('reads first');
  await member.assign('reads first', member);
  await member.commit('first');
  await member.commit('second', 8, { topic: 'second' });
  await deletion('reads first', 'first', 'second', 'none');
  await fetchOffsets(scene, tools, 'left', 8, { groupId: 'reads first' });
  const worker = await Member.open(scene, { groupId: 'workers' });
  await worker.enter('no consumer', 9, { protocolType: 'connect' });
  await deletion('workers', 'first');
  await deletion('simple', 'first');
  await fetchOffsets(scene, tools, 'none is left', 8, { groupId: 'simple' });
  const remove = (what, ...groupsNames) => scene.ask(tools, what, 'deleteGroups', 2, { groupsNames });
  await remove('with members, without, unknown', 'reads first', 'alone 3', 'simple', 'never', 'alone 4', 'alone 4');
  await describe(scene, tools, 'deleted', ['alone 3', 'simple']);
  await fetchOffsets(scene, tools, 'deleted', 7, { groupId: 'alone 3' });
  await member.leave('the last one');
  await remove('without members', 'reads first');
  for (const version of [0, 3, 4, 5]) await list(scene, tools, 'all', version);
  const filters = [
    { statesFilter: ['Empty'] },
    { statesFilter: ['sTABLE', 'completingRebalance'] },
    { statesFilter: ['nonsense'] },
    { typesFilter: ['classic'] },
    { typesFilter: ['Classic', 'consumer'], statesFilter: ['Empty'] },
    { typesFilter: ['consumer'] },
    { typesFilter: ['nonsense'] },
  ];
  for (const filter of filters) await list(scene, tools, JSON.stringify(filter), 5, filter);
}

async function sessions(scene, tools) {
  const groupId = 'short';
  const [a, b] = [await Member.open(scene, { groupId }), await Member.open(scene, { groupId })];
  await a.enter('alone', 9, { sessionTimeoutMs: 1_000 });
  await a.assign('alone', a);
  await sleep(1_600);
  await a.heartbeat('late');
  await describe(scene, tools, 'nobody is left', [groupId]);
  await a.enter('unknown now', 9, { sessionTimeoutMs: 1_000 });
  a.memberId = '';
  await a.enter('new', 9, { sessionTimeoutMs: 2_000 });
  await a.assign('new', a);
  await b.introduce();
  // A member that does not come costs the others no more than it may take itself.
  const began = Date.now();
  (await b.join('the other one does not come', 9)).note();
  scene.note('within the session', Date.now() - began < 10_000);
  await describe(scene, tools, 'the other one', [groupId]);
}

/** All scenes against one broker. */
export async function playGroups(server) {
  const answers = [];
  const scene = new GroupScene(server, answers);
  const tools = await scene.open();
  try {
    await topicIds(scene, tools);
    await awaitCoordinator(scene, tools);
    await nobody(scene, tools);
    for (const part of [wrongJoins, alone, several, votes, instances, commits, transactions, deletions, ends, sessions])
      await part(scene, tools);
  } finally {
    scene.close();
  }
  return answers;
}
