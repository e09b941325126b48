/** What is found under which path of the web server. */
import { readFile } from 'node:fs/promises';
import { packageRoot } from '../../package-root.ts';
import { healthOf } from './broker-health.ts';
import { stateOf } from './broker-state.ts';
import type { BrokerWatch } from './broker-watch.ts';
import { groupDetail } from './group-state.ts';
import { type HttpAnswer, jsonAnswer, textAnswer } from './http-answer.ts';
import { PAGE_DOCUMENT, PAGE_ICON } from './page-document.ts';
import { PAGE_STYLE } from './page-style.ts';
import type { ServedBroker } from './served-broker.ts';

type Route = (query: URLSearchParams) => HttpAnswer | Promise<HttpAnswer>;

const SCRIPT_TYPE = 'text/javascript; charset=utf-8';

export class HttpRoutes {
  readonly #routes: ReadonlyMap<string, Route>;

  constructor(broker: ServedBroker, watch: BrokerWatch, metrics: { readonly groupSeriesMax: number }) {
    this.#routes = new Map<string, Route>([
      ['/', () => ({ status: 200, type: 'text/html; charset=utf-8', body: PAGE_DOCUMENT })],
      ['/page.css', () => ({ status: 200, type: 'text/css; charset=utf-8', body: PAGE_STYLE })],
      ['/page.js', scriptAnswer],
      ['/icon.svg', () => ({ status: 200, type: 'image/svg+xml', body: PAGE_ICON })],
      ['/state.json', (query) => stateAnswer(broker, watch, query)],
      ['/health', () => healthAnswer(broker)],
      ['/metrics', metricsOf(broker, metrics)],
    ]);
  }

  answer(target: string): HttpAnswer | Promise<HttpAnswer> {
    const [path, query = ''] = target.split('?', 2);
    const route = this.#routes.get(path);
    return route === undefined ? textAnswer(404, 'not found') : route(new URLSearchParams(query));
  }
}

async function stateAnswer(broker: ServedBroker, watch: BrokerWatch, query: URLSearchParams): Promise<HttpAnswer> {
  const group = query.get('group');
  const detail = group === null || broker.store.isClosed ? null : await groupDetail(broker.store, group);
  return jsonAnswer(200, stateOf(broker, watch, query.get('topic'), detail));
}

function healthAnswer(broker: ServedBroker): HttpAnswer {
  const { status, why } = healthOf(broker);
  const { nodeId, startedAt, clock } = broker;
  const uptimeMs = clock.now() - startedAt;
  return jsonAnswer(status === 'serving' ? 200 : 503, { status, ...(why === null ? {} : { why }), nodeId, uptimeMs });
}

/** The bundler makes one file of the page's script (tools/build/chunks.mjs). */
async function scriptAnswer(): Promise<HttpAnswer> {
  return { status: 200, type: SCRIPT_TYPE, body: await readFile(new URL('dist/chunks/page.js', packageRoot)) };
}

/** prom-client is loaded by the first scrape. */
function metricsOf(broker: ServedBroker, options: { readonly groupSeriesMax: number }): Route {
  let registry: Promise<{ metrics(): Promise<string>; readonly contentType: string }> | null = null;
  const create = async (): Promise<{ metrics(): Promise<string>; readonly contentType: string }> => {
    const { createBrokerMetrics } = await import('../../metrics/metrics.ts');
    return createBrokerMetrics(broker, options);
  };
  return async () => {
    const { contentType, metrics } = await (registry ??= create()).then((made) => ({
      contentType: made.contentType,
      metrics: made.metrics(),
    }));
    return { status: 200, type: contentType, body: await metrics };
  };
}
