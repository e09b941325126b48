/** Begins to listen at an address: for clients of Kafka's protocol and for browsers alike. */
import type { AddressInfo, Server } from 'node:net';
import { MillraceError } from '../errors.ts';
import { addressText } from './config/endpoint.ts';

export interface ListenAddress {
  /** Empty: every address. */
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Connections that wait in the system until they are taken; default: Node's. */
  readonly backlog?: number;
}

/** The port that it has got. Later errors of the server go to `onError`. Errors: IO when the address cannot be had. */
export function listen(
  server: Server,
  { host, port, backlog }: ListenAddress,
  onError: (error: Error) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      const why = 'code' in error && error.code === 'EADDRINUSE' ? 'another process does already' : error.message;
      const message = `cannot listen on ${addressText({ host, port })}: ${why}`;
      reject(new MillraceError('ERR_MILLRACE_IO', message, { cause: error }));
    };
    server.once('error', failed);
    server.listen({ host: host === '' ? undefined : host, port, backlog }, () => {
      server.off('error', failed);
      server.on('error', onError);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
