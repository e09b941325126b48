/**
 * Which listeners a broker is to open, where clients find them, and how they are secured: from `listeners`, `advertised.listeners` and
 * `listener.security.protocol.map`, by Kafka's rules, and one more: who is not asked who he is comes from this machine, unless somebody says otherwise.
 */
import { hostname } from 'node:os';
import { invalidArgument, MillraceError } from '../../errors.ts';
import type { BrokerConfig, CheckedBrokerConfig } from '../broker-config.ts';
import { type Endpoint, endpointText, isLoopback, isWildcard, parseEndpoints } from './endpoint.ts';

export const securityProtocols = ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const;
export type SecurityProtocol = (typeof securityProtocols)[number];

export interface ListenerPlan extends Endpoint {
  readonly protocol: SecurityProtocol;
  /** Port 0: the one that it got. */
  readonly advertised: { readonly host: string; readonly port: number };
  /** Whether clients show a certificate. */
  readonly clientAuth: BrokerConfig['ssl.client.auth'];
  /** Nobody is asked who he is, and other machines reach it. */
  readonly isOpenToAll: boolean;
}

/** At least one. Errors: INVALID_ARGUMENT for what contradicts itself or is not safe. */
export function planListeners(checked: CheckedBrokerConfig): ListenerPlan[] {
  const { config } = checked;
  const forControllers = controllerListeners(config);
  const endpointsOf = (setting: 'listeners' | 'advertised.listeners'): Endpoint[] =>
    parseEndpoints(setting, config[setting]).filter(({ name }) => !forControllers.includes(name));
  const endpoints = endpointsOf('listeners');
  if (endpoints.length === 0) throw invalidArgument('listeners', 'at least one for clients', config.listeners);
  checkPorts(endpoints, config.listeners);
  const advertised = endpointsOf('advertised.listeners');
  const stray = advertised.find(({ name }) => !endpoints.some((endpoint) => endpoint.name === name));
  if (stray !== undefined)
    throw invalidArgument('advertised.listeners', 'of names that listeners has', endpointText(stray));
  const protocols = protocolsOf(config['listener.security.protocol.map']);
  return endpoints.map((endpoint) => {
    const plan = planOf(endpoint, { protocols, advertised, checked });
    if (plan.isOpenToAll && !config['millrace.allow.insecure.listeners']) throw insecure(plan);
    return plan;
  });
}

/** In capitals, as listeners' names are. */
export function controllerListeners(config: BrokerConfig): string[] {
  return config['controller.listener.names'].toUpperCase().split(',');
}

interface Surroundings {
  readonly protocols: ReadonlyMap<string, SecurityProtocol>;
  readonly advertised: readonly Endpoint[];
  readonly checked: CheckedBrokerConfig;
}

function planOf(endpoint: Endpoint, { protocols, advertised, checked }: Surroundings): ListenerPlan {
  const protocol = protocols.get(endpoint.name);
  if (protocol === undefined) {
    throw invalidArgument(
      'listener.security.protocol.map',
      `one that has ${endpoint.name}`,
      [...protocols.keys()].join(),
    );
  }
  const clientAuth = clientAuthOf(endpoint, protocol, checked);
  const asksWho = protocol.startsWith('SASL_') || (protocol === 'SSL' && clientAuth === 'required');
  return {
    ...endpoint,
    protocol,
    clientAuth,
    advertised: advertisedFor(endpoint, advertised),
    isOpenToAll: !isLoopback(endpoint.host) && !asksWho,
  };
}

/** The broker's own is for SSL: clients that log in anyway show a certificate only where their listener says so. (ChannelBuilders.) */
function clientAuthOf(
  { name }: Endpoint,
  protocol: SecurityProtocol,
  { config, ofListeners }: CheckedBrokerConfig,
): ListenerPlan['clientAuth'] {
  const own = ofListeners.get(name.toLowerCase())?.['ssl.client.auth'] as ListenerPlan['clientAuth'] | undefined;
  return own ?? (protocol === 'SASL_SSL' ? 'none' : config['ssl.client.auth']);
}

function advertisedFor(endpoint: Endpoint, advertised: readonly Endpoint[]): Endpoint {
  const said = advertised.find(({ name }) => name === endpoint.name);
  if (said === undefined) return isWildcard(endpoint.host) ? { ...endpoint, host: hostname() } : endpoint;
  if (isWildcard(said.host))
    throw invalidArgument('advertised.listeners', 'an address that clients can go to', endpointText(said));
  return said;
}

function checkPorts(endpoints: readonly Endpoint[], given: string): void {
  const taken = new Set<string>();
  for (const { host, port } of endpoints) {
    const address = `${isWildcard(host) ? '' : host}:${port}`;
    if (port !== 0 && taken.has(address))
      throw invalidArgument('listeners', 'a list in which each address is once', given);
    taken.add(address);
  }
}

function protocolsOf(map: string): Map<string, SecurityProtocol> {
  const protocols = new Map<string, SecurityProtocol>();
  for (const item of map.split(',').filter((each) => each.trim() !== '')) {
    const [, name, protocol] = /^\s*([\w-]+)\s*:\s*(\w+)\s*$/.exec(item.toUpperCase()) ?? [];
    if (!securityProtocols.includes(protocol as SecurityProtocol))
      throw invalidArgument(
        'listener.security.protocol.map',
        `name:protocol, of ${securityProtocols.join(', ')}`,
        item,
      );
    protocols.set(name, protocol as SecurityProtocol);
  }
  return protocols;
}

function insecure(plan: ListenerPlan): MillraceError {
  return new MillraceError(
    'ERR_MILLRACE_INVALID_ARGUMENT',
    `the listener ${endpointText(plan)} would let everybody who reaches this machine read, write and delete: ask who they are (SASL_SSL, or SSL with ssl.client.auth=required), listen on 127.0.0.1, or allow it by millrace.allow.insecure.listeners=true (--insecure)`,
  );
}

export function hasTls({ protocol }: ListenerPlan): boolean {
  return protocol === 'SSL' || protocol === 'SASL_SSL';
}

export function hasSasl({ protocol }: ListenerPlan): boolean {
  return protocol.startsWith('SASL_');
}

/** It asks who clients are, other machines reach it, and nothing is encrypted. */
export function isReadable({ protocol, host }: ListenerPlan): boolean {
  return protocol === 'SASL_PLAINTEXT' && !isLoopback(host);
}
