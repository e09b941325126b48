/** Sends hostile frames to a broker over many connections, some with garbage before TLS or SASL, and says what became of them. */
import { connect } from 'node:net';
import { saslHandshake } from '#millrace/protocol/apis/17-sasl-handshake.js';
import { encodeRequest } from '#millrace/protocol/request-frame.js';
import { Random } from '../../support/random.ts';
import { hostileFrame, spoilerNames } from './hostile-frames.ts';

export interface FuzzTarget {
  readonly plain: number;
  readonly tls: number;
  readonly sasl: number;
}

export interface FuzzCounts {
  frames: number;
  connections: number;
  /** Connections that the broker did not end in time after the client had: what was sent over them. */
  readonly hung: string[];
}

const PARALLEL = 16;
const FRAMES_A_CONNECTION_MAX = 24;
/** Turns of the loop, and not time: on a machine that does much else nothing may happen for seconds. */
const HANG_TURNS = 400;
const TURN_MS = 50;

const handshake = Buffer.concat(
  encodeRequest(saslHandshake, { version: 0, correlationId: 1 }, { mechanism: 'SCRAM-SHA-256' }),
);

/** How much is sent: both bounds hold. */
export interface FuzzEffort {
  readonly frames: number;
  readonly seconds?: number;
}

export async function fuzz(target: FuzzTarget, effort: FuzzEffort, seed: number): Promise<FuzzCounts> {
  const { frames, seconds = Infinity } = effort;
  const until = performance.now() + seconds * 1000;
  const counts: FuzzCounts = { frames: 0, connections: 0, hung: [] };
  const work = async (random: Random): Promise<void> => {
    while (counts.frames < frames && performance.now() < until) {
      const { port, bytes, count } = conversation(target, random);
      counts.frames += count;
      counts.connections++;
      if (!(await converse(port, bytes, random.chance(0.2)))) counts.hung.push(`${port}: ${bytes.toString('hex')}`);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, (_, i) => work(new Random(seed + i))));
  return counts;
}

function conversation(target: FuzzTarget, random: Random): { port: number; bytes: Buffer; count: number } {
  const frames: Buffer[] = [];
  const draw = random.fraction();
  if (draw < 0.02) return { port: target.tls, bytes: tlsGarbage(random), count: 1 };
  if (draw < 0.04) {
    const tokens = Buffer.concat([
      handshake,
      hostileFrame(random, 'noise'),
      hostileFrame(random, random.pick(spoilerNames)),
    ]);
    return { port: target.sasl, bytes: tokens, count: 3 };
  }
  // The first that is no request ends the connection, so most come after some that are.
  for (let i = random.between(0, FRAMES_A_CONNECTION_MAX); i > 0; i--) frames.push(hostileFrame(random, 'nothing'));
  frames.push(hostileFrame(random, random.pick(spoilerNames)));
  return { port: target.plain, bytes: Buffer.concat(frames), count: frames.length };
}

function tlsGarbage(random: Random): Buffer {
  const noise = random.bytes(random.between(1, 300));
  // The beginning of a ClientHello, so that the noise is looked at.
  return random.chance(0.5) ? noise : Buffer.concat([Buffer.from([22, 3, 1, 1, 0, 1, 0, 0, 252, 3, 3]), noise]);
}

/** False: it did not end. `isRude`: the client goes without a word. */
function converse(port: number, bytes: Buffer, isRude: boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let turns = 0;
    const timer = setInterval(() => {
      if (++turns < HANG_TURNS) return;
      clearInterval(timer);
      resolve(false);
      socket.destroy();
    }, TURN_MS);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(timer);
      resolve(true);
    });
    socket.resume();
    if (isRude) socket.write(bytes, () => socket.resetAndDestroy());
    else socket.end(bytes);
  });
}
