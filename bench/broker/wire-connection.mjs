/** One connection to a broker, as light as can be: a load needs a thousand of them in one process. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { FrameSplitter } from '#millrace/protocol/frame-splitter.js';
import { encodeRequest } from '#millrace/protocol/request-frame.js';
import { decodeResponse } from '#millrace/protocol/response-frame.js';

export class WireConnection {
  #socket;
  #waiting = [];
  #correlationId = 0;

  static async open(address) {
    const [host, port] = address.split(':');
    const socket = connect({ host, port: Number(port), noDelay: true });
    await once(socket, 'connect');
    return new WireConnection(socket);
  }

  constructor(socket) {
    this.#socket = socket;
    const splitter = new FrameSplitter();
    socket.on('data', (chunk) => {
      splitter.push(chunk);
      for (let frame = splitter.next(); frame !== null; frame = splitter.next()) this.#waiting.shift()(frame);
    });
  }

  /** Requests that have no answer yet. */
  get pending() {
    return this.#waiting.length;
  }

  async ask(api, version, message) {
    const answered = new Promise((resolve) => this.#waiting.push(resolve));
    const request = encodeRequest(api, { version, correlationId: ++this.#correlationId, clientId: 'load' }, message);
    this.#socket.write(Buffer.concat(request));
    return decodeResponse(api, version, await answered);
  }

  close() {
    this.#socket.destroy();
  }
}
