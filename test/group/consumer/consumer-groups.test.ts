import { expect, test } from 'vitest';
import { decodeConsumerRecord } from '#millrace/group/consumer/consumer-record-format.js';
import { ConsumerRig } from './consumer-rig.ts';

test('a group is made by who joins it, and by nobody else', async () => {
  const rig = await ConsumerRig.make();
  const member = rig.member();
  expect(member.send({ memberEpoch: 1 })).toMatchObject({ error: 'GROUP_ID_NOT_FOUND' });
  expect(member.leave()).toMatchObject({ error: 'GROUP_ID_NOT_FOUND' });
  expect(member.join({ topicPattern: '(' })).toMatchObject({ error: 'INVALID_REGULAR_EXPRESSION' });
  expect(rig.groups.list()).toEqual([]);
  member.join();
  expect(rig.groups.list()).toEqual([{ groupId: 'g', protocolType: 'consumer', state: 'Stable', type: 'consumer' }]);
});

test('what it is forgotten by leaves nothing of it', async () => {
  const rig = await ConsumerRig.make();
  const member = rig.member();
  member.join();
  member.leave();
  const before = rig.groups.get('g')!.describe();
  for (const { key, value } of rig.groups.tombstones('g'))
    rig.log.push(decodeConsumerRecord(key as Buffer, value as Buffer | null)!);
  expect(rig.groups.get('g')!.describe()).toEqual(before);
  rig.groups.drop('g');
  expect(rig.groups.all.size).toBe(0);
  rig.load();
  expect(rig.groups.all.size).toBe(0);
});

test('a coordinator that has ended keeps no time', async () => {
  const rig = await ConsumerRig.make();
  rig.member().join();
  const said = rig.log.length;
  rig.groups.close();
  rig.clock.advance(100_000);
  expect(rig.log.length).toBe(said);
});

test('a group whose first member cannot be put into bytes was never made', async () => {
  const rig = await ConsumerRig.make();
  const member = rig.member();
  expect(() => member.join({ clientId: 'c'.repeat(40_000) })).toThrow('a string of 40000 bytes');
  expect(rig.groups.list()).toEqual([]);
  rig.clock.advance(100_000);
  expect(member.join().error).toBe(null);
});

test('a classic group keeps its place when what was to follow cannot be put into bytes', async () => {
  const rig = await ConsumerRig.make();
  const before = { tombstone: { key: Buffer.from([0, 3, 0, 1, 0x67]), value: null }, records: [] };
  const request = rig.member().request({ memberEpoch: 0, topicNames: ['t'], owned: new Map() });
  expect(() => rig.groups.heartbeat({ ...request, clientId: 'c'.repeat(40_000) }, before)).toThrow('40000 bytes');
  expect(rig.log).toEqual([]);
  // The group that is made next takes nobody's place.
  rig.groups.heartbeat(request);
  expect(rig.kinds()[0]).toMatch(/^member /);
});
