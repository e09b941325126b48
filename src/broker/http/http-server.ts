/**
 * The broker's web server: `/metrics`, `/health`, and a page at `/`. Reads, and changes nothing.
 *
 * Promises: bounded connections and times; no answer that a page of another origin can read; the broker goes on whatever comes in here.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { HTTP_CONNECTIONS_MAX, HTTP_REQUEST_MS } from '../../limits.ts';
import type { Logger } from '../../types.ts';
import { addressText } from '../config/endpoint.ts';
import type { HttpPlan } from '../config/http-plan.ts';
import { listen } from '../listen.ts';
import { BrokerWatch } from './broker-watch.ts';
import { isOwnHost } from './host-check.ts';
import { type HttpAnswer, SAFE_HEADERS, textAnswer } from './http-answer.ts';
import { HttpRoutes } from './http-routes.ts';
import type { ServedBroker } from './served-broker.ts';

export class HttpServer {
  readonly host: string;
  readonly #server: Server;
  readonly #watch: BrokerWatch;
  readonly #routes: HttpRoutes;
  readonly #logger: Logger;
  #port = 0;

  /** Errors: IO when the address cannot be had. */
  static async open(broker: ServedBroker, plan: HttpPlan, logger: Logger): Promise<HttpServer> {
    const server = new HttpServer(broker, plan, logger);
    try {
      await server.#listen(plan);
    } catch (error) {
      server.#watch.stop();
      throw error;
    }
    return server;
  }

  private constructor(broker: ServedBroker, { host, groupSeriesMax }: HttpPlan, logger: Logger) {
    this.host = host;
    this.#logger = logger;
    this.#watch = new BrokerWatch(broker);
    this.#routes = new HttpRoutes(broker, this.#watch, { groupSeriesMax });
    this.#server = createServer(
      { requestTimeout: HTTP_REQUEST_MS, headersTimeout: HTTP_REQUEST_MS, keepAliveTimeout: HTTP_REQUEST_MS },
      (request, response) => void this.#respond(request, response),
    );
    this.#server.maxConnections = HTTP_CONNECTIONS_MAX;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://${addressText(this)}/`;
  }

  async close(): Promise<void> {
    this.#watch.stop();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #listen(plan: HttpPlan): Promise<void> {
    this.#port = await listen(this.#server, plan, (error) =>
      this.#logger.error?.({ err: error }, 'the web server failed'),
    );
  }

  async #respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A body is of no interest.
    request.resume();
    response.on('error', () => undefined);
    const { status, type, body, headers } = await this.#answer(request);
    response.writeHead(status, {
      ...SAFE_HEADERS,
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      ...headers,
    });
    response.end(request.method === 'HEAD' ? undefined : body);
  }

  async #answer({ method, url = '/', headers }: IncomingMessage): Promise<HttpAnswer> {
    if (!isOwnHost(headers.host, this.host)) return textAnswer(421, 'this is another server than the one you name');
    if (method !== 'GET' && method !== 'HEAD')
      return textAnswer(405, 'nothing can be changed here', { allow: 'GET, HEAD' });
    try {
      return await this.#routes.answer(url);
    } catch (error) {
      this.#logger.error?.({ err: error, url }, 'the web server could not answer');
      return textAnswer(500, 'this could not be answered; the log of the broker says why');
    }
  }
}
