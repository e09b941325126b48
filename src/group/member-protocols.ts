/** The protocols that a member of a classic group supports: compared, and made its own. */
import type { MemberProtocol } from './group-requests.ts';

/** The same protocols in the same order, with the same subscriptions. */
export function sameProtocols(some: readonly MemberProtocol[], others: readonly MemberProtocol[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ name, metadata }, index) => {
      const other = others[index];
      return other.name === name && Buffer.compare(other.metadata, metadata) === 0;
    })
  );
}

/** Each name once, and bytes that are nobody else's. */
export function ownProtocols(protocols: readonly MemberProtocol[]): MemberProtocol[] {
  const own = new Map<string, MemberProtocol>();
  for (const { name, metadata } of protocols)
    if (!own.has(name)) own.set(name, { name, metadata: new Uint8Array(metadata) });
  return [...own.values()];
}
