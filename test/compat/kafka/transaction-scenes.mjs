/**
 * What clients may send of idempotence and transactions, request by request, and what must not depend on whose broker answers: `play` returns each
 * answer with a name.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { WireClient } from './wire-client.mjs';
import { batch, marker, Scene } from './wire-scene.mjs';

/** Topics that must be there, of two partitions each. */
export const SCENE_TOPICS = ['idempotent', 'first', 'second', 'other', 'late', 'markers'];
/** For the transaction that is to run out of time. */
const SHORT_TIMEOUT_MS = 300;

async function findCoordinators(scene) {
  const find = (what, version, keyType) =>
    scene.ask(what, 'findCoordinator', version, { key: 'a', keyType, coordinatorKeys: ['a', 'b'] });
  for (const keyType of [0, 1]) {
    for (const version of [keyType, 2, 3, 4, 6]) await find(`key type ${keyType}`, version, keyType);
  }
  for (const version of [2, 4]) await find('a share group', version, 2);
}

async function idempotence(scene) {
  const topic = 'idempotent';
  const one = await scene.init('an id', null);
  await scene.init('another id', null, { version: 0 });
  await scene.init('an id for one that has one', null, { ...one });
  await scene.init('id without epoch', null, { producerId: 4 });
  const send = (what, sequence, options = {}, by = one) =>
    scene.produce(what, 9, topic, batch(by, sequence, { transactional: false, ...options }));
  await send('first', 0, { count: 2 });
  await send('again', 0, { count: 2 });
  await send('next', 2);
  await send('a gap', 4);
  await send('first again', 0, { count: 2 });
  await send('another count', 0, { count: 3 });
  for (let sequence = 3; sequence < 8; sequence++) await send('more', sequence);
  await send('the oldest of five again', 3);
  await send('older than five', 2);
  const next = { ...one, producerEpoch: 1 };
  await send('a new epoch, not from 0', 1, {}, next);
  await send('a new epoch', 0, {}, next);
  await send('the old epoch', 8);
  await send('nobody knows it, not from 0', 17, {}, { producerId: 900_000, producerEpoch: 3 });
  await send('no sequence', -1, {}, next);
  await send('another, no epoch known', 2 ** 31 - 1, { count: 2 }, { producerId: 900_001, producerEpoch: 0 });
  await send('beyond the largest sequence', 1, {}, { producerId: 900_001, producerEpoch: 0 });
  await scene.produce('two batches', 9, topic, Buffer.concat([batch(next, 1), batch(next, 2)]));
  await scene.produce('a marker', 9, topic, marker(next));
  await scene.produce('a marker with an id', 9, topic, marker(next), { transactionalId: 'nobody' });
  await scene.produce('in a transaction of nobody', 9, topic, batch(next, 1));
  const damaged = batch(next, 1, { transactional: false });
  damaged[damaged.length - 1] ^= 1;
  await scene.produce('damaged', 9, topic, damaged);
  await scene.log('the log', topic);
}

async function oldTransactions(scene) {
  const id = 'old';
  await scene.init('no id', '');
  await scene.init('no time', id, { timeout: 0 });
  await scene.init('too much time', id, { timeout: 2 ** 31 - 1 });
  await scene.init('one that knows what nobody gave it', 'fresh', { producerId: 77, producerEpoch: 3 });
  let producer = await scene.init('init', id, { version: 1 });
  const send = (what, version, sequence, more = {}) =>
    scene.produce(what, version, 'first', batch(producer, sequence, more), { transactionalId: id, ...more });
  await scene.end('nothing to commit', 3, id, producer, true);
  await scene.end('nothing to abort', 1, id, producer, false);
  for (const version of [7, 10, 11]) await send('not added', version, 0);
  await scene.produce('unknown id', 9, 'first', batch(producer, 0), { transactionalId: 'unknown' });
  await scene.produce('without an id', 9, 'first', batch(producer, 0));
  await scene.add('unknown id', 3, 'unknown', producer, [['first', 0]]);
  await scene.add('another producer', 3, id, { ...producer, producerId: 900_002 }, [['first', 0]]);
  await scene.add('an epoch to come', 1, id, { ...producer, producerEpoch: 9 }, [['first', 0]]);
  await scene.add('an epoch to come', 2, id, { ...producer, producerEpoch: 9 }, [['first', 0]]);
  await scene.add('no such partition', 3, id, producer, [
    ['first', 0, 9],
    ['nowhere', 0],
  ]);
  await scene.add('an internal topic', 3, id, producer, [
    ['__consumer_offsets', 0],
    ['first', 0],
  ]);
  await scene.add('add', 0, id, producer, [['first', 0]]);
  await scene.add('add again and more', 3, id, producer, [
    ['first', 0, 1],
    ['second', 1],
  ]);
  await scene.verify('some are in it', id, producer, [
    ['first', 0],
    ['second', 0],
  ]);
  await scene.verify('another epoch', id, { ...producer, producerEpoch: 5 }, [['first', 0]]);
  await scene.verify('no such partition', id, producer, [
    ['nowhere', 0],
    ['first', 0],
  ]);
  await send('added', 9, 0, { count: 3 });
  await send('added, again', 9, 0, { count: 3 });
  await scene.produce('not in the transaction', 9, 'first', batch(producer, 3, { transactional: false }));
  await scene.produce('a marker', 9, 'first', marker(producer), { transactionalId: id });
  await scene.log('open', 'first');
  await scene.end('a later epoch', 1, id, { ...producer, producerEpoch: 4 }, true);
  await scene.end('a later epoch', 2, id, { ...producer, producerEpoch: 4 }, true);
  await scene.end('another producer', 2, id, { ...producer, producerId: 900_003 }, true);
  await scene.end('commit', 1, id, producer, true);
  await scene.end('commit again', 3, id, producer, true);
  await scene.end('then abort', 4, id, producer, false);
  await scene.log('committed', 'first');
  await send('behind the end', 9, 3);
  await scene.add('the next one', 1, id, producer, [['first', 0]]);
  await send('goes on', 8, 3);
  await scene.end('abort', 3, id, producer, false);
  await scene.end('abort again', 3, id, producer, false);
  await scene.log('aborted', 'first');
  const before = producer;
  await scene.add('a third one', 3, id, producer, [['first', 0]]);
  await send('left open', 9, 4);
  producer = await scene.init('another takes over', id);
  await scene.produce('of the one before', 9, 'first', batch(before, 5), { transactionalId: id });
  await scene.produce('of the one before', 12, 'first', batch(before, 5), { transactionalId: id, partition: 1 });
  await scene.end('of the one before', 1, id, before, true);
  await scene.end('of the one before', 3, id, before, true);
  await scene.init('the one before goes on', id, { ...before, version: 3 });
  await scene.init('the one before goes on', id, { ...before });
  await scene.init('goes on', id, { ...producer });
  await scene.log('taken over', 'first');
}

async function offsets(scene) {
  const id = 'offsets';
  const producer = await scene.init('init', id);
  for (const version of [0, 3, 4]) await scene.commitOffsets('not added', version, id, producer);
  const addOffsets = (what, version, more = {}) =>
    scene.ask(what, 'addOffsetsToTxn', version, { transactionalId: id, ...producer, groupId: 'g', ...more });
  await addOffsets('a later epoch', 1, { producerEpoch: 5 });
  await addOffsets('a later epoch', 2, { producerEpoch: 5 });
  await addOffsets('add', 0);
  await addOffsets('add of another group', 3, { groupId: 'of nobody' });
  await scene.commitOffsets('added', 2, id, producer);
  await scene.commitOffsets('unknown partition', 3, id, producer, { partition: 9 });
  await scene.commitOffsets('unknown topic', 3, id, producer, { topic: 'nowhere' });
  await scene.commitOffsets('no group', 3, id, producer, { groupId: '' });
  await scene.commitOffsets('much metadata', 3, id, producer, { metadata: 'x'.repeat(5000) });
  await scene.commitOffsets('a generation of nobody', 3, id, producer, { generation: 4, groupId: 'of nobody' });
  await scene.commitOffsets('a later epoch', 3, id, { ...producer, producerEpoch: 6 });
  await scene.end('commit', 3, id, producer, true);
}

async function newTransactions(scene) {
  const id = 'new';
  let producer = await scene.init('init', id, { version: 5 });
  const send = (what, sequence, topic = 'second', by = producer) =>
    scene.produce(what, 12, topic, batch(by, sequence), { transactionalId: id });
  await send('not from 0', 3);
  await send('unasked for', 0);
  await send('goes on', 1);
  await send('another partition', 0, 'other');
  await scene.log('open', 'second');
  await scene.commitOffsets('unasked for', 5, id, producer);
  await scene.end('the end of one to come', 5, id, { ...producer, producerEpoch: producer.producerEpoch + 1 }, true);
  const first = producer;
  producer = { ...producer, ...(await scene.end('commit', 5, id, producer, true)) };
  await scene.end('commit again', 5, id, first, true);
  await scene.end('then abort', 5, id, first, false);
  await scene.log('committed', 'second');
  await send('of the one before', 2, 'second', first);
  producer = { ...producer, ...(await scene.end('abort of nothing', 5, id, producer, false)) };
  await scene.end('commit of nothing', 5, id, producer, true);
  await send('the next one', 0);
  const second = producer;
  producer = { ...producer, ...(await scene.end('abort', 5, id, producer, false)) };
  await scene.end('abort again', 5, id, second, false);
  await scene.log('aborted', 'second');
  await scene.init('goes on', id, { ...producer });
}

async function timeOut(scene) {
  const id = 'late';
  const producer = await scene.init('init', id, { timeout: SHORT_TIMEOUT_MS });
  await scene.add('add', 3, id, producer, [['late', 0]]);
  await scene.produce('produce', 9, 'late', batch(producer, 0), { transactionalId: id });
  await sleep(SHORT_TIMEOUT_MS + 1_500);
  await scene.produce('too late', 9, 'late', batch(producer, 1), { transactionalId: id });
  await scene.end('too late', 3, id, producer, true);
  await scene.log('aborted', 'late');
  await scene.init('goes on', id, { ...producer });
}

async function markers(scene) {
  const id = 'hanging';
  await scene.init('init', id);
  const producer = await scene.init('another', id);
  const mark = (what, version, more = {}) => {
    const {
      coordinatorEpoch = 5,
      topics = [['markers', 0]],
      by = producer,
      commits = false,
      transactionVersion = 0,
    } = more;
    const { producerId, producerEpoch } = by;
    const named = topics.map(([name, ...partitionIndexes]) => ({ name, partitionIndexes }));
    const asked = { producerId, producerEpoch, transactionResult: commits, topics: named, coordinatorEpoch };
    return scene.ask(what, 'writeTxnMarkers', version, { markers: [{ ...asked, transactionVersion }] });
  };
  await scene.add('add', 3, id, producer, [['markers', 0]]);
  await scene.produce('produce', 9, 'markers', batch(producer, 0), { transactionalId: id });
  const described = {
    topics: [
      { name: 'markers', partitionIndexes: [0, 7] },
      { name: 'nowhere', partitionIndexes: [0] },
    ],
  };
  await scene.ask('open', 'describeProducers', 0, described);
  await mark('some are unknown', 1, {
    topics: [
      ['markers', 0, 9],
      ['nowhere', 0],
    ],
  });
  await mark('an old coordinator', 1, { coordinatorEpoch: 4 });
  await mark('an old epoch', 1, {
    by: { ...producer, producerEpoch: producer.producerEpoch - 1 },
    coordinatorEpoch: 6,
  });
  await scene.ask('none', 'writeTxnMarkers', 1, { markers: [] });
  await scene.ask('ended', 'describeProducers', 0, described);
  await scene.log('aborted', 'markers');
}

async function listings(scene) {
  const describe = (ids) => scene.ask('described', 'describeTransactions', 0, { transactionalIds: ids });
  await describe(['old', 'new', 'offsets', 'hanging', 'unknown', '']);
  const list = (what, version, filter) =>
    scene.ask(what, 'listTransactions', version, { stateFilters: [], producerIdFilters: [], ...filter });
  await list('of two states', 0, { stateFilters: ['Ongoing', 'CompleteAbort'] });
  await list('of an unknown state', 0, { stateFilters: ['Ongoing', 'Sleepy'] });
  await list('of none but an unknown state', 0, { stateFilters: ['Sleepy'] });
  await list('of nobody', 0, { producerIdFilters: [123_456_789] });
  await list('old ones', 1, { durationFilter: 3_600_000 });
  await list('by a pattern', 2, { transactionalIdPattern: 'o.*|hang.*' });
  await list('by a pattern that is none', 2, { transactionalIdPattern: '(' });
}

/** All scenes against one broker. */
export async function play(server) {
  const answers = [];
  const client = await WireClient.open(server);
  const scene = new Scene(client, answers);
  try {
    for (const part of [
      findCoordinators,
      idempotence,
      oldTransactions,
      offsets,
      newTransactions,
      timeOut,
      markers,
      listings,
    ])
      await part(scene);
  } finally {
    client.close();
  }
  return answers;
}
