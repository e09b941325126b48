/** One connection to a broker, Kafka's or ours, over which requests go as objects and answers come as objects. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { apis } from '#millrace/protocol/apis.js';
import { FrameSplitter } from '#millrace/protocol/frame-splitter.js';
import { encodeRequest } from '#millrace/protocol/request-frame.js';
import { decodeResponse } from '#millrace/protocol/response-frame.js';

export class WireClient {
  #socket;
  #waiting = [];
  #correlationId = 0;

  static async open(server) {
    const [host, port] = server.split(':');
    const socket = connect({ host, port: Number(port), noDelay: true });
    await once(socket, 'connect');
    return new WireClient(socket);
  }

  constructor(socket) {
    const splitter = new FrameSplitter();
    this.#socket = socket;
    socket.on('data', (chunk) => {
      splitter.push(chunk);
      for (let frame = splitter.next(); frame !== null; frame = splitter.next()) this.#waiting.shift()?.(frame);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      for (const settle of this.#waiting.splice(0)) settle(null);
    });
  }

  /** `api` by its name in `apis`. The answer, or null when the broker closes the connection. */
  async ask(api, version, message) {
    const correlationId = ++this.#correlationId;
    const answer = new Promise((resolve) => this.#waiting.push(resolve));
    const pieces = encodeRequest(apis[api], { version, correlationId, clientId: 'judge' }, message);
    this.#socket.write(Buffer.concat(pieces));
    const frame = await answer;
    return frame === null ? null : decodeResponse(apis[api], version, frame);
  }

  close() {
    this.#socket.destroy();
  }
}
