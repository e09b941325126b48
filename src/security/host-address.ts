/**
 * Addresses of hosts as rules compare them.
 *
 * An IPv6 address has many spellings: Node gives `::1`, Java, and so rules that were made for Kafka, `0:0:0:0:0:0:0:1`; a socket that takes both families shows an
 * IPv4 peer as `::ffff:10.0.0.7`. Here each has one: compressed and in small letters, and IPv4 where it is IPv4.
 */
import { BlockList, isIP, SocketAddress } from 'node:net';
import { invalidArgument } from '../errors.ts';

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/;

/** The one spelling of an address; what is none stays as it is. */
export function canonicalHost(host: string): string {
  if (isIP(host) !== 6) return host;
  const zoneAt = host.indexOf('%');
  const bare = zoneAt < 0 ? host : host.slice(0, zoneAt);
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' });
  // The interface of a link-local address: elsewhere the same address is another host.
  return MAPPED.exec(address)?.[1] ?? (zoneAt < 0 ? address : address + host.slice(zoneAt));
}

/** A range of addresses, `10.0.0.0/8` or `2001:db8::/32`. (Kafka takes them in ACLs from 4.4 on.) */
export class Subnet {
  readonly #family: 4 | 6;
  readonly #list: BlockList;

  private constructor(address: string, family: 4 | 6, prefix: number) {
    this.#family = family;
    this.#list = new BlockList();
    this.#list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  }

  /** ERR_MILLRACE_INVALID_ARGUMENT when it is none. */
  static parse(text: string): Subnet {
    const slash = text.indexOf('/');
    const address = text.slice(0, slash);
    const prefix = text.slice(slash + 1);
    const family = isIP(address);
    const isRange =
      slash > 0 && !address.includes('%') && /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
    if (!isRange || family === 0)
      throw invalidArgument('host', 'an address, or a range of them such as 10.0.0.0/8', text);
    return new Subnet(address, family as 4 | 6, Number(prefix));
  }

  /** Is the host, in its one spelling, in the range? */
  has(host: string): boolean {
    const family = isIP(host);
    return family === this.#family && !host.includes('%') && this.#list.check(host, family === 4 ? 'ipv4' : 'ipv6');
  }
}
