/** The scenes of group-scenes.mjs about offsets: committed by members and by nobody, plain and in transactions, and asked for. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Member } from './group-scene.mjs';

const UNKNOWN_TOPIC_ID = 'ERERESIiMzNERFVVVVVVVQ';

export const fetchOffsets = (
  scene,
  tools,
  what,
  version,
  { groupId = 'g', topics = null, requireStable = false } = {},
) =>
  scene.ask(tools, what, 'offsetFetch', version, {
    groupId,
    topics,
    groups: [{ groupId, topics, memberId: null, memberEpoch: -1 }],
    requireStable,
  });

export async function commits(scene, tools) {
  const nobodys = await Member.open(scene, { groupId: 'simple' });
  for (const version of [2, 3, 4, 5, 6, 7, 8, 9, 10]) {
    await nobodys.commit('simple', version, { offset: version });
    await nobodys.commit('unknown partition', version, { partition: 9 });
    await nobodys.commit('negative partition', version, { partition: -1 });
    if (version < 10) await nobodys.commit('unknown topic', version, { topic: 'none' });
    await nobodys.commit('no metadata', version, { metadata: null, partition: 1 });
    await nobodys.commit('long metadata', version, { metadata: 'x'.repeat(21) });
  }
  await nobodys.commit('by a member', 7, { memberId: 'ghost', generationIdOrMemberEpoch: 1 });
  await nobodys.commit('by a member without a generation', 7, { memberId: 'ghost' });
  await nobodys.commit('by an instance', 7, { groupInstanceId: 'i' });
  const partitions = [0, 9, 1].map((partitionIndex) => ({
    partitionIndex,
    committedOffset: 3,
    committedLeaderEpoch: -1,
    committedMetadata: 'é',
  }));
  const mixed = {
    groupId: 'simple',
    memberId: '',
    topics: [
      { name: 'none', topicId: UNKNOWN_TOPIC_ID, partitions },
      { name: 'first', topicId: scene.topicIds.first, partitions },
      { name: 'second', topicId: scene.topicIds.second, partitions: [] },
    ],
  };
  for (const version of [8, 10]) await scene.ask(tools, 'some of them', 'offsetCommit', version, mixed);
  for (const version of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]) {
    const byId = version < 10 ? {} : { topicId: scene.topicIds.first };
    const topics = [{ name: 'first', ...byId, partitionIndexes: [1, 0, 9] }];
    await fetchOffsets(scene, tools, 'simple', version, { groupId: 'simple', topics });
    if (version > 1) await fetchOffsets(scene, tools, 'all', version, { groupId: 'simple' });
    if (version > 6) await fetchOffsets(scene, tools, 'stable', version, { groupId: 'simple', requireStable: true });
  }
  const unknown = [
    { topicId: UNKNOWN_TOPIC_ID, partitionIndexes: [0] },
    { topicId: scene.topicIds.second, partitionIndexes: [1] },
  ];
  await fetchOffsets(scene, tools, 'unknown id', 10, { groupId: 'simple', topics: unknown });
  await scene.ask(tools, 'of several groups', 'offsetFetch', 8, {
    groups: ['simple', 'alone 5', 'none'].map((groupId) => ({ groupId, topics: null })),
    requireStable: false,
  });
  await scene.ask(tools, 'of no group', 'offsetFetch', 8, { groups: [], requireStable: false });
}

/** Commits in transactions, by members and who were some. */
export async function transactions(scene, tools) {
  await scene.askOnly(tools, 'findCoordinator', 4, { keyType: 1, coordinatorKeys: ['x'] });
  const init = await scene.askOnly(tools, 'initProducerId', 4, {
    transactionalId: 'x',
    transactionTimeoutMs: 60_000,
    producerId: -1,
    producerEpoch: -1,
  });
  const { producerId, producerEpoch } = init;
  const groupId = 'transactional';
  const member = await Member.open(scene, { groupId, groupInstanceId: 'instance-t' });
  await member.enter('a member', 5);
  await member.assign('a member', member);
  await scene.askOnly(tools, 'addOffsetsToTxn', 3, { transactionalId: 'x', producerId, producerEpoch, groupId });
  const commit = (what, version, facts = {}) => {
    const partitions = [{ partitionIndex: 0, committedOffset: 4, committedLeaderEpoch: -1, committedMetadata: 'm' }];
    const topics = [{ name: 'first', partitions }];
    const by = { transactionalId: 'x', producerId, producerEpoch, ...member.identity };
    return scene.ask(tools, what, 'txnOffsetCommit', version, { ...by, topics, ...facts });
  };
  await commit('a member', 3);
  await commit('another generation', 3, { generationId: 9 });
  await commit('another id', 3, { memberId: 'ghost' });
  await commit('another id, no instance', 3, { memberId: 'ghost', groupInstanceId: null });
  await commit('nobody', 3, { memberId: '', groupInstanceId: null, generationId: -1 });
  await commit('an old client', 0);
  await commit('no group', 3, { groupId: '' });
  const topics = [{ name: 'first', partitionIndexes: [0, 1] }];
  for (const version of [6, 7, 8, 9]) {
    await fetchOffsets(scene, tools, 'open', version, { groupId, topics });
    await fetchOffsets(scene, tools, 'open, stable', version, { groupId, topics, requireStable: version > 6 });
    await fetchOffsets(scene, tools, 'open, all stable', version, { groupId, requireStable: version > 6 });
  }
  await scene.askOnly(tools, 'endTxn', 3, { transactionalId: 'x', producerId, producerEpoch, committed: true });
  for (let tries = 0; tries < 100; tries++) {
    const answer = await tools.ask('offsetFetch', 7, { groupId, topics, requireStable: true });
    if (answer.topics[0].partitions[0].committedOffset === 4) break;
    await sleep(20);
  }
  await fetchOffsets(scene, tools, 'ended', 7, { groupId, topics, requireStable: true });
}
