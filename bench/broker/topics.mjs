/** Topics of a round, made and deleted over Kafka's protocol, at any broker. */
import { readdirSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { createTopics } from '#millrace/protocol/apis/19-create-topics.js';
import { deleteTopics } from '#millrace/protocol/apis/20-delete-topics.js';
import { WireConnection } from './wire-connection.mjs';

const TIMEOUT_MS = 60_000;
/** Longer than Kafka's `log.segment.delete.delay.ms` here (brokers.mjs): who has deleted waits as long, whichever broker it was. */
const SETTLED_MS = 300;

/** @param {string} address @param {string} name @param {{ partitions?: number, config?: Record<string, string> }} [options] */
export async function createTopic(address, name, { partitions = 1, config = {} } = {}) {
  const configs = Object.entries(config).map(([key, value]) => ({ name: key, value }));
  const topic = { name, numPartitions: partitions, replicationFactor: 1, assignments: [], configs };
  const { topics } = await once(address, createTopics, 7, { topics: [topic], timeoutMs: TIMEOUT_MS });
  refuse(`create ${name}`, topics[0]);
}

export async function deleteTopic(address, name) {
  const { responses } = await once(address, deleteTopics, 6, { topics: [{ name }], timeoutMs: TIMEOUT_MS });
  refuse(`delete ${name}`, responses[0]);
}

/** Deletes it, and waits until its files are gone: Kafka removes them a while later, which would fall into what is measured next. */
export async function removeTopic({ address, data }, name) {
  await deleteTopic(address, name);
  const deleted = performance.now();
  do {
    if (performance.now() > deleted + TIMEOUT_MS)
      throw new Error(`delete ${name}: files are left after ${TIMEOUT_MS} ms`);
    await setTimeout(SETTLED_MS);
  } while (readdirSync(data).some((entry) => entry.startsWith(`${name}-`)));
}

async function once(address, api, version, message) {
  const connection = await WireConnection.open(address);
  try {
    return await connection.ask(api, version, message);
  } finally {
    connection.close();
  }
}

function refuse(what, { errorCode, errorMessage }) {
  if (errorCode !== 0) throw new Error(`${what}: error ${errorCode}, ${errorMessage ?? 'no message'}`);
}
