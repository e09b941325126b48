/** How many connections a broker takes: of all clients together, through one listener, and from one address. */
import { invalidArgument } from '../errors.ts';

export interface ConnectionBounds {
  /** Of all listeners together. */
  readonly most: number;
  /** Through a listener, by its name. */
  mostOf(listener: string): number;
  readonly mostPerAddress: number;
  /** Other bounds of some addresses: `address:count`, with commas between. */
  readonly perAddress: string;
}

export class ConnectionBound {
  #bounds: ConnectionBounds;
  #special: ReadonlyMap<string, number>;
  readonly #ofAddress = new Counts();
  readonly #ofListener = new Counts();
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
  take(listener: string, address: string): boolean {
    const { most, mostPerAddress } = this.#bounds;
    const mostOfAddress = this.#special.get(plainAddress(address)) ?? mostPerAddress;
    if (this.#count >= most || this.#ofAddress.of(address) >= mostOfAddress) return false;
    if (this.#ofListener.of(listener) >= this.#bounds.mostOf(listener)) return false;
    this.#ofAddress.add(address, 1);
    this.#ofListener.add(listener, 1);
    this.#count++;
    return true;
  }

  /** Of one that was counted. */
  release(listener: string, address: string): void {
    this.#ofAddress.add(address, -1);
    this.#ofListener.add(listener, -1);
    this.#count--;
  }
}

/** By name, without those that are 0. */
class Counts {
  readonly #counts = new Map<string, number>();

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  add(name: string, difference: number): void {
    const count = this.of(name) + difference;
    if (count === 0) this.#counts.delete(name);
    else this.#counts.set(name, count);
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
