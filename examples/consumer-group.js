#!/usr/bin/env node
/**
 * Three consumers of one group share the four partitions of a topic. One of them leaves in the middle, and the others take its partitions over: each payment is booked, by
 * whoever has its partition at the time.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { openStore } from 'millrace';

const PARTITIONS = 4;
const PAYMENTS = 400;

/** A member of the group: books payments until it is closed. */
function start(store, name, booked) {
  const consumer = store.consumer({
    clientId: name,
    groupId: 'accountants',
    topics: ['payments'],
    autoOffsetReset: 'earliest',
    // What stays with a member is read on while the others change hands.
    assignors: ['cooperative-sticky'],
  });
  const ended = consumer.each(async (record) => {
    await setTimeout(1);
    booked.push({ by: name, payment: String(record.value) });
  });
  return { name, consumer, ended };
}

async function until(isSo) {
  while (!isSo()) await setTimeout(5);
}

function show(members) {
  const shares = members.map(({ name, consumer }) => `${name} has ${consumer.assignment().length}`);
  console.log(`  ${shares.join(', ')}`);
}

const directory = mkdtempSync(join(tmpdir(), 'millrace-consumer-group-'));
try {
  const store = await openStore(directory);
  await store.createTopic('payments', { partitions: PARTITIONS });
  const producer = store.producer();
  const booked = [];
  const members = ['Ada', 'Emmy', 'Sofja'].map((name) => start(store, name, booked));
  const settled = (group) => group.reduce((sum, { consumer }) => sum + consumer.assignment().length, 0) === PARTITIONS;
  await until(() => members.every(({ consumer }) => consumer.assignment().length > 0) && settled(members));
  console.log('three of them:');
  show(members);

  for (let i = 0; i < PAYMENTS / 2; i++) await producer.send('payments', { key: `c-${i % 50}`, value: `${i}` });
  // In the middle of it.
  await until(() => booked.length > PAYMENTS / 8);
  const [gone, ...rest] = members;
  await gone.consumer.close();
  // Settles when what was in hand is booked and committed, and the group knows.
  await gone.ended;
  const before = booked.filter(({ by }) => by === gone.name).length;
  await until(() => settled(rest));
  console.log(`${gone.name} leaves, with some booked and some not:`);
  show(rest);

  for (let i = PAYMENTS / 2; i < PAYMENTS; i++) await producer.send('payments', { key: `c-${i % 50}`, value: `${i}` });
  await until(() => booked.length >= PAYMENTS);
  for (const { consumer, ended } of rest) {
    await consumer.close();
    await ended;
  }
  const committed = await store.committedOffsets('accountants');
  const different = new Set(booked.map(({ payment }) => payment)).size;
  const isGone = booked.filter(({ by }) => by === gone.name).length === before;
  console.log(
    `${different} of ${PAYMENTS} payments booked, ${booked.length - different} twice, by ${gone.name} ${isGone ? 'none' : 'some'} after that`,
  );
  console.log(`committed: ${committed.reduce((sum, { offset }) => sum + offset, 0)}`);
  await store.close();
} finally {
  rmSync(directory, { recursive: true, force: true });
}
