/** How many connections a broker takes: of all clients together, and from one address. */
import { invalidArgument } from '../errors.ts';

export interface ConnectionBounds {
  /** Of all listeners together. */
  readonly most: number;
  readonly mostPerAddress: number;
  /** Other bounds of some addresses: `address:count`, with commas between. */
  readonly perAddress: string;
}

export class ConnectionBound {
  #bounds: ConnectionBounds;
  #special: ReadonlyMap<string, number>;
  readonly #open = new Map<string, number>();
  #count = 0;

  constructor(bounds: ConnectionBounds) {
    this.#bounds = bounds;
    this.#special = parseOverrides(bounds.perAddress);
  }

  /** Other bounds, for those that come: returns what sets them. INVALID_ARGUMENT for what is no list of addresses. */
  changeTo(bounds: ConnectionBounds): () => void {
    const special = parseOverrides(bounds.perAddress);
    return () => {
      this.#bounds = bounds;
      this.#special = special;
    };
  }

  get count(): number {
    return this.#count;
  }

  /** Counts one more connection from an address; false when that is too many, and it is not counted. */
  take(address: string): boolean {
    const open = this.#open.get(address) ?? 0;
    const most = this.#special.get(plainAddress(address)) ?? this.#bounds.mostPerAddress;
    if (this.#count >= this.#bounds.most || open >= most) return false;
    this.#open.set(address, open + 1);
    this.#count++;
    return true;
  }

  release(address: string): void {
    const open = this.#open.get(address) ?? 0;
    if (open === 0) return;
    if (open === 1) this.#open.delete(address);
    else this.#open.set(address, open - 1);
    this.#count--;
  }
}

/** An IPv4 address as a socket of IPv6 shows it has a prefix. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}

function parseOverrides(text: string): Map<string, number> {
  const bounds = new Map<string, number>();
  for (const item of text.split(',').filter((each) => each !== '')) {
    const match = /^(.+):(\d{1,10})$/.exec(item);
    if (match === null) throw invalidArgument('max.connections.per.ip.overrides', 'address:count', item);
    bounds.set(match[1], Number(match[2]));
  }
  return bounds;
}
