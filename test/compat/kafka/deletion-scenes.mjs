/** The scenes of group-scenes.mjs about topics that are deleted, and made anew: what becomes of the offsets that groups have committed for them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Member } from './group-scene.mjs';
import { fetchOffsets } from './offset-scenes.mjs';

const TRIES_MAX = 500;
const TOPIC = 'leaving';
/** Of a group that has committed for nothing else, and of one that has. */
const GROUPS = ['all of it leaves', 'some of it leaves'];

async function make(scene, tools) {
  const topic = { name: TOPIC, numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] };
  const answer = await tools.ask('createTopics', 7, { topics: [topic], timeoutMs: 30_000, validateOnly: false });
  scene.topicIds[TOPIC] = answer.topics[0].topicId;
  // Its partitions must have a leader.
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const named = [{ name: TOPIC, topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }];
    const { topics } = await tools.ask('metadata', 12, { topics: named, allowAutoTopicCreation: false });
    if (topics[0].errorCode === 0 && topics[0].partitions.every(({ leaderId }) => leaderId >= 0)) return;
    await sleep(20);
  }
}

/** Until groups have forgotten it, which in Kafka is some time after the topic has gone. */
async function awaitForgetting(tools) {
  const topics = [{ name: TOPIC, partitionIndexes: [0, 1] }];
  const groups = GROUPS.map((groupId) => ({ groupId, topics, memberId: null, memberEpoch: -1 }));
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const answer = await tools.ask('offsetFetch', 8, { groups, requireStable: false });
    const offsets = answer.groups.flatMap((group) => group.topics[0].partitions.map((each) => each.committedOffset));
    if (offsets.every((offset) => offset === -1)) return;
    await sleep(20);
  }
}

async function fetchAll(scene, tools, what, ids) {
  for (const groupId of GROUPS) {
    const named = [{ name: TOPIC, topicId: ids[0], partitionIndexes: [0, 1] }];
    await fetchOffsets(scene, tools, `${what}: by name`, 9, { groupId, topics: named });
    for (const topicId of ids) {
      const topics = [{ topicId, partitionIndexes: [0, 1] }];
      await fetchOffsets(scene, tools, `${what}: by id`, 10, { groupId, topics });
    }
    for (const version of [9, 10]) await fetchOffsets(scene, tools, `${what}: all`, version, { groupId });
  }
}

async function begin(scene, tools, groupId) {
  const by = { transactionalId: 'leaver', transactionTimeoutMs: 60_000, producerId: -1, producerEpoch: -1 };
  await scene.askOnly(tools, 'findCoordinator', 4, { keyType: 1, coordinatorKeys: ['leaver'] });
  const { producerId, producerEpoch } = await scene.askOnly(tools, 'initProducerId', 4, by);
  const producer = { transactionalId: 'leaver', producerId, producerEpoch };
  await scene.askOnly(tools, 'addOffsetsToTxn', 3, { ...producer, groupId });
  const partitions = [{ partitionIndex: 1, committedOffset: 9, committedLeaderEpoch: -1, committedMetadata: 'm' }];
  const topics = [TOPIC, 'first'].map((name) => ({ name, partitions }));
  const nobody = { groupId, memberId: '', groupInstanceId: null, generationId: -1 };
  await scene.ask(tools, 'in a transaction', 'txnOffsetCommit', 3, { ...producer, ...nobody, topics });
  return producer;
}

export async function deletions(scene, tools) {
  await make(scene, tools);
  const old = scene.topicIds[TOPIC];
  const members = [];
  for (const groupId of GROUPS) members.push(await Member.open(scene, { groupId }));
  for (const member of members) {
    await member.commit('by id', 10, { topic: TOPIC, offset: 6 });
    await member.commit('by name', 9, { topic: TOPIC, offset: 7, partition: 1 });
  }
  await members[1].commit('of another topic', 10, { topic: 'first' });
  await fetchAll(scene, tools, 'before', [old]);
  const producer = await begin(scene, tools, GROUPS[1]);
  await scene.ask(tools, 'it', 'deleteTopics', 6, { topics: [{ name: null, topicId: old }], timeoutMs: 30_000 });
  await awaitForgetting(tools);
  await fetchAll(scene, tools, 'deleted', [old]);
  await scene.ask(tools, 'deleted', 'describeGroups', 6, { groups: GROUPS, includeAuthorizedOperations: false });
  await scene.ask(tools, 'deleted', 'listGroups', 5, { statesFilter: ['Empty'], typesFilter: [] });
  for (const version of [9, 10]) await members[0].commit('deleted', version, { topic: TOPIC });
  await members[0].commit('by a member that is none', 9, { generationIdOrMemberEpoch: 1, memberId: 'ghost' });
  await scene.askOnly(tools, 'endTxn', 3, { ...producer, committed: true });
  await make(scene, tools);
  const ids = [scene.topicIds[TOPIC], old];
  await fetchAll(scene, tools, 'made anew', ids);
  await members[0].commit('made anew, by name', 9, { topic: TOPIC, offset: 8 });
  await members[0].commit('made anew, by id', 10, { topic: TOPIC, offset: 9, partition: 1 });
  await fetchAll(scene, tools, 'committed anew', ids);
  const ends = { topics: [{ name: TOPIC, topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }], timeoutMs: 30_000 };
  await scene.ask(tools, 'it again', 'deleteTopics', 6, ends);
  await awaitForgetting(tools);
  await scene.ask(tools, 'that have nothing', 'deleteGroups', 2, { groupsNames: [GROUPS[0], GROUPS[0]] });
  await scene.ask(tools, 'gone', 'describeGroups', 6, { groups: GROUPS, includeAuthorizedOperations: false });
}
