/** From the command until a broker serves, and its memory while nobody has asked for anything. */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { inRounds } from '../harness/rounds.mjs';
import { startKafka, startMillrace } from './brokers.mjs';
import { besideKafka } from './pair.mjs';

const MIB = 2 ** 20;
const ROUNDS_MAX = 5;
const IDLE_MS = 2000;

export async function measure(context) {
  const { stage, kafka } = context;
  const idleMs = context.pick(IDLE_MS, 1);
  let started = 0;
  const round = (start) => async () => {
    const broker = await start(stage, join(stage.directory, String(started++)), kafka);
    await setTimeout(idleMs);
    const { own, all } = broker.residentBytes;
    await broker.stop();
    return { readyMs: broker.readyMs, own: own / MIB, all: all / MIB };
  };
  const rounds = Math.min(context.rounds, ROUNDS_MAX);
  const found = await inRounds({ ...context, rounds }, { millrace: round(startMillrace), kafka: round(startKafka) });
  const beside = (figure, about) =>
    besideKafka({
      ...about,
      ours: found.millrace.map((each) => each[figure]),
      kafkas: found.kafka.map((each) => each[figure]),
    });
  return {
    title: 'a start',
    sizes: `new data directories, ${rounds} ${rounds === 1 ? 'start' : 'starts'} each; memory after ${idleMs / 1000} s`,
    findings: [
      beside('readyMs', { row: 'ready after its command', unit: 'ms', mark: { of: 'value', atMost: 150 } }),
      beside('all', { row: 'resident when idle', unit: 'MiB', mark: { of: 'value', atMost: 80e6 / MIB } }),
      beside('own', { row: 'of it its own, without pages of files', unit: 'MiB' }),
    ],
  };
}
