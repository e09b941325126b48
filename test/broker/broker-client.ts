/** A client for tests: one connection, requests as objects, answers as objects, and the bare bytes where a test needs them. */
import { once } from 'node:events';
import { connect as connectSocket, type Socket } from 'node:net';
import { connect as connectSecurely, type ConnectionOptions } from 'node:tls';
import type { Broker } from '#millrace/broker/broker.js';
import type { Api, RequestInputOf, ResponseOf } from '#millrace/protocol/api.js';
import { FrameSplitter } from '#millrace/protocol/frame-splitter.js';
import { encodeRequest } from '#millrace/protocol/request-frame.js';
import { decodeResponse, readCorrelationId } from '#millrace/protocol/response-frame.js';

export class BrokerClient {
  readonly socket: Socket;
  /** Settles when the connection is gone. */
  readonly closed: Promise<void>;
  readonly #frames: Buffer[] = [];
  readonly #waiting: ((frame: Buffer | null) => void)[] = [];
  #isClosed = false;
  #correlationId = 0;

  static async connect(
    { port }: { readonly port: number },
    options: { readonly splitter?: FrameSplitter; readonly tls?: ConnectionOptions } = {},
  ): Promise<BrokerClient> {
    const { tls } = options;
    const socket =
      tls === undefined
        ? connectSocket({ host: '127.0.0.1', port, noDelay: true })
        : connectSecurely({ host: '127.0.0.1', port, ...tls });
    await once(socket, tls === undefined ? 'connect' : 'secureConnect');
    return new BrokerClient(socket, options.splitter ?? new FrameSplitter());
  }

  private constructor(socket: Socket, splitter: FrameSplitter) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.#isClosed = true;
      for (const waiting of this.#waiting.splice(0)) waiting(null);
    });
    socket.on('data', (chunk: Buffer) => {
      splitter.push(chunk);
      for (let frame = splitter.next(); frame !== null; frame = splitter.next()) {
        const waiting = this.#waiting.shift();
        if (waiting === undefined) this.#frames.push(frame);
        else waiting(frame);
      }
    });
  }

  /** Sends a request and waits for its answer, which is decoded in the same version. */
  async ask<A extends Api>(
    api: A,
    version: number,
    message: RequestInputOf<A>,
    clientId: string | null = 'test',
  ): Promise<ResponseOf<A>> {
    const correlationId = this.send(api, version, message, clientId);
    const frame = await this.nextFrame();
    if (readCorrelationId(frame) !== correlationId)
      throw new Error(`answer ${readCorrelationId(frame)} in place of ${correlationId}`);
    return decodeResponse(api, version, frame);
  }

  /** Sends a request and waits for nothing. Returns its correlation id. */
  send<A extends Api>(api: A, version: number, message: RequestInputOf<A>, clientId: string | null = 'test'): number {
    const correlationId = ++this.#correlationId;
    this.socket.write(Buffer.concat(encodeRequest(api, { version, correlationId, clientId }, message as never)));
    return correlationId;
  }

  /** The next answer's bytes, without their length. Throws when the connection ends before. */
  async nextFrame(): Promise<Buffer> {
    const frame = this.#frames.shift() ?? (await this.#comingFrame());
    if (frame === null) throw new Error('the broker closed the connection');
    return frame;
  }

  #comingFrame(): Promise<Buffer | null> {
    if (this.#isClosed) return Promise.resolve(null);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.socket.destroy();
  }
}

export function connect(broker: Broker): Promise<BrokerClient> {
  return BrokerClient.connect(broker);
}
