/** Where a broker's web server is to listen, if anywhere: from `millrace.http.listener`, or from what `startBroker` was told. */
import { invalidArgument, MillraceError } from '../../errors.ts';
import type { BrokerConfig } from '../broker-config.ts';
import { addressText, isLoopback, PORT_MAX } from './endpoint.ts';

export interface HttpOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0: any that is free. Default 9644. */
  readonly port?: number;
}

export interface HttpPlan {
  readonly host: string;
  readonly port: number;
  /** Other machines reach it, and nobody is asked who he is. */
  readonly isOpenToAll: boolean;
  /** `millrace.metrics.group.series.max` */
  readonly groupSeriesMax: number;
}

const HOST_DEFAULT = '127.0.0.1';
const PORT_DEFAULT = 9644;

/** Null: nowhere. Errors: INVALID_ARGUMENT for what is no address, and for one that is not safe. */
export function planHttp(
  config: Pick<
    BrokerConfig,
    'millrace.allow.insecure.listeners' | 'millrace.http.listener' | 'millrace.metrics.group.series.max'
  >,
  options: HttpOptions | undefined,
): HttpPlan | null {
  const { host, port } = addressOf(config['millrace.http.listener'], options) ?? {};
  if (host === undefined || port === undefined) return null;
  const isOpenToAll = !isLoopback(host);
  if (isOpenToAll && !config['millrace.allow.insecure.listeners']) throw insecure(host, port);
  return { host, port, isOpenToAll, groupSeriesMax: config['millrace.metrics.group.series.max'] };
}

function addressOf(listener: string, options: HttpOptions | undefined): { host: string; port: number } | null {
  if (options !== undefined) {
    if (typeof options !== 'object' || options === null) throw invalidArgument('http', 'an object', options);
    const { host = HOST_DEFAULT, port = PORT_DEFAULT } = options;
    if (typeof host !== 'string' || host === '') throw invalidArgument('http.host', 'an address', host);
    if (!Number.isInteger(port) || port < 0 || port > PORT_MAX) throw invalidArgument('http.port', 'a port', port);
    return { host, port };
  }
  if (listener === '') return null;
  const match = /^(?:\[([0-9a-fA-F:.%\w]+)\]|([^:/[\]\s]+)):(\d{1,5})$/.exec(listener);
  const port = Number(match?.[3]);
  if (match === null || port > PORT_MAX) throw invalidArgument('millrace.http.listener', 'host:port', listener);
  return { host: match[1] ?? match[2], port };
}

function insecure(host: string, port: number): MillraceError {
  return new MillraceError(
    'ERR_MILLRACE_INVALID_ARGUMENT',
    `the web page on ${addressText({ host, port })} would show topics and clients to everybody who reaches this machine: listen on 127.0.0.1, or allow it by millrace.allow.insecure.listeners=true (--insecure)`,
  );
}
