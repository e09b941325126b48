/** Groups of each kind, as the rules about their offsets see them. */
import type { OffsetFacts } from '#millrace/group/offset-expiry.js';

const classic: OffsetFacts = {
  type: 'classic',
  state: 'Stable',
  protocolType: 'consumer',
  stateSince: 0,
  subscribedTopics: new Set(['a']),
};

export const facts = {
  empty: (stateSince: number | null): OffsetFacts => ({
    ...classic,
    state: 'Empty',
    stateSince,
    subscribedTopics: new Set(),
  }),
  simple: { ...classic, state: 'Empty', protocolType: null, subscribedTopics: null },
  stable: classic,
  unreadable: { ...classic, subscribedTopics: null },
  rebalancing: { ...classic, state: 'PreparingRebalance' },
  completing: { ...classic, state: 'CompletingRebalance' },
  connect: { ...classic, protocolType: 'connect', subscribedTopics: null },
  connectEmpty: { ...classic, state: 'Empty', protocolType: 'connect', subscribedTopics: null },
  dead: { ...classic, state: 'Dead' },
  modern: { ...classic, type: 'consumer', protocolType: null },
} satisfies Record<string, OffsetFacts | ((stateSince: number | null) => OffsetFacts)>;
