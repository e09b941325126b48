/**
 * What `replay_broker.c` is, by Node's own sockets: what they leave of what a client could reach, whatever a broker on them does. It reads into one buffer, as our broker
 * does, and keeps what it says again in memory, not in FILE.
 *
 *     node replay-broker.mjs PORT UPSTREAM_PORT FILE
 */
import { connect, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { SocketReads } from '#millrace/broker/socket-reads.js';

const PRODUCE = 0;
const FETCH = 1;
const LENGTH_SIZE = 4;
/** Length, key, version and correlation id. */
const REQUEST_HEAD = 12;
/** Length and correlation id. */
const ANSWER_HEAD = 8;
const READ_BYTES = 256 * 1024;
/** An answer to Fetch without records is smaller. */
const ANSWER_WITH_RECORDS_MIN = 1024;

const [port, upstreamPort] = process.argv.slice(2).map(Number);
const room = Buffer.allocUnsafeSlow(READ_BYTES);
let replays = false;
/** Answers to Fetch that have records, in the order in which they came. */
let recorded = [];

/** Frames as they come in, told piece by piece: nothing is put together. */
class Frames {
  #to;
  #head;
  #filled = 0;
  /** Bytes of the frame behind its head that are still to come. */
  #left = 0;

  /** @param {{ begin(head: Buffer): void, piece(bytes: Buffer): void, end(head: Buffer): void }} to what it is given is only lent */
  constructor(headSize, to) {
    this.#head = Buffer.alloc(headSize);
    this.#to = to;
  }

  push(chunk) {
    for (let at = 0; at < chunk.length;) at += this.#left > 0 ? this.#piece(chunk, at) : this.#begin(chunk, at);
  }

  #begin(chunk, at) {
    const size = chunk.copy(this.#head, this.#filled, at);
    this.#filled += size;
    if (this.#filled < this.#head.length) return size;
    this.#filled = 0;
    this.#left = LENGTH_SIZE + this.#head.readInt32BE() - this.#head.length;
    if (this.#left < 0) throw new Error('a frame is too short');
    this.#to.begin(this.#head);
    if (this.#left === 0) this.#to.end(this.#head);
    return size;
  }

  #piece(chunk, at) {
    const size = Math.min(this.#left, chunk.length - at);
    this.#left -= size;
    this.#to.piece(chunk.subarray(at, at + size));
    if (this.#left === 0) this.#to.end(this.#head);
    return size;
  }
}

function serve(accepted) {
  const reads = SocketReads.of(accepted, room);
  const client = reads.socket;
  const upstream = connect(upstreamPort, '127.0.0.1');
  client.setNoDelay();
  upstream.setNoDelay();
  /** Keys of what is asked upstream and not answered yet. */
  const asked = [];
  /** What the first Produce was answered. */
  let produced = null;
  let nextRecorded = 0;
  /** To the request that comes in, or null: it is passed on. */
  let answer = null;

  function answerTo(key) {
    if (!replays || asked.length > 0) return null;
    // One client reads them, one after another, so that each can be given the request's correlation id where it is.
    if (key === FETCH && nextRecorded < recorded.length) return recorded[nextRecorded++];
    return key === PRODUCE && produced !== null ? Buffer.from(produced) : null;
  }

  function keep(key, bytes) {
    if (key === FETCH && !replays && bytes.length >= ANSWER_WITH_RECORDS_MIN) recorded.push(bytes);
    if (key === PRODUCE) produced = bytes;
  }

  const requests = new Frames(REQUEST_HEAD, {
    begin(head) {
      const key = head.readInt16BE(LENGTH_SIZE);
      answer = answerTo(key);
      if (answer !== null) return;
      asked.push(key);
      upstream.write(Buffer.from(head));
    },
    piece(bytes) {
      if (answer === null) upstream.write(Buffer.from(bytes));
    },
    end(head) {
      if (answer === null) return;
      head.copy(answer, LENGTH_SIZE, ANSWER_HEAD, REQUEST_HEAD);
      client.write(answer);
    },
  });

  let pieces = [];
  const answers = new Frames(ANSWER_HEAD, {
    begin(head) {
      pieces = [Buffer.from(head)];
    },
    piece(bytes) {
      pieces.push(bytes);
    },
    end() {
      const bytes = Buffer.concat(pieces);
      keep(asked.shift(), bytes);
      client.write(bytes);
    },
  });

  reads.reader = { room, read: (size) => requests.push(room.subarray(0, size)) };
  upstream.on('data', (chunk) => answers.push(chunk));
  for (const [socket, other] of [
    [client, upstream],
    [upstream, client],
  ]) {
    // `close` follows.
    socket.on('error', () => {});
    socket.on('close', () => other.destroy());
  }
}

function obey(command) {
  replays = command === 'replay';
  if (!replays) recorded = [];
  console.log('done');
}

createServer(serve).listen(port, '127.0.0.1', () => console.log('listens'));
createInterface({ input: process.stdin })
  .on('line', obey)
  .on('close', () => process.exit());
