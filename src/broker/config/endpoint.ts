/** One address in `listeners` or `advertised.listeners`: `name://host:port`, an IPv6 address in brackets. (EndPoint, SocketServerConfigs.) */
import { isIPv4 } from 'node:net';
import { invalidArgument } from '../../errors.ts';

export interface Endpoint {
  /** Of the listener, in capitals. */
  readonly name: string;
  /** Empty: every address. */
  readonly host: string;
  readonly port: number;
}

export const PORT_MAX = 65_535;

/** The endpoints in a list with commas between. `setting` is for the message. */
export function parseEndpoints(setting: string, list: string): Endpoint[] {
  const endpoints = list
    .split(',')
    .filter((item) => item.trim() !== '')
    .map((item) => parseEndpoint(setting, item.trim()));
  const names = endpoints.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw invalidArgument(setting, 'a list in which each name is once', list);
  return endpoints;
}

function parseEndpoint(setting: string, text: string): Endpoint {
  const match = /^([\w-]+):\/\/(?:\[([0-9a-fA-F:.%\w]*)\]|([^:/[\]]*)):(\d{1,5})$/.exec(text);
  if (match === null || Number(match[4]) > PORT_MAX) throw invalidArgument(setting, 'name://host:port', text);
  return { name: match[1].toUpperCase(), host: match[2] ?? match[3], port: Number(match[4]) };
}

/** As it is written in the settings. */
export function endpointText({ name, ...address }: Endpoint): string {
  return `${name}://${addressText(address)}`;
}

/** Also as it stands in a URL. Neither a name nor an IPv4 address has a colon; Node's own test for IPv6 compiles a pattern, for longer than the whole of the settings takes. */
export function addressText({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Is it this machine alone that reaches the host? */
export function isLoopback(host: string): boolean {
  if (isIPv4(host)) return host.startsWith('127.');
  return host === 'localhost' || host === '::1';
}

/** Does it stand for every address, so that no client can be sent there? */
export function isWildcard(host: string): boolean {
  return host === '' || host === '0.0.0.0' || host === '::';
}
