/**
 * What a consumer of a group subscribes to: names, which need not be there yet, and patterns, which stand for all topics that they match at the time. Patterns
 * never match topics of the store's own (`exclude.internal.topics`). No I/O.
 */
import { invalidArgument } from '../errors.ts';
import { SUBSCRIBED_TOPICS_MAX } from '../limits.ts';
import { INTERNAL_TOPICS } from '../protocol/coordinator-partition.ts';

/** A topic's name, or a pattern that matches some: of the whole name only if it says so. */
export type SubscribedTopic = string | RegExp;

/** The topics of a store, as they are now. */
export interface StoreTopics {
  /** Looks for what is new, where that does not come by itself. */
  refresh?(): void;
  /** 0 for a topic that is not there. */
  partitionCount(topic: string): number;
  names(): Iterable<string>;
}

export function checkTopics(topics: unknown): readonly SubscribedTopic[] {
  const all: readonly unknown[] = Array.isArray(topics) ? topics : [topics];
  if (all.length > SUBSCRIBED_TOPICS_MAX)
    throw invalidArgument('topics', `at most ${SUBSCRIBED_TOPICS_MAX} topics`, all.length);
  for (const each of all) {
    if (typeof each === 'string' ? each === '' : !(each instanceof RegExp))
      throw invalidArgument('each of topics', 'the name of a topic or a pattern', each);
  }
  return all as readonly SubscribedTopic[];
}

/** The names that are subscribed to now, in order. */
export function resolveTopics(subscribed: readonly SubscribedTopic[], topics: StoreTopics): string[] {
  const names = new Set<string>();
  const patterns: RegExp[] = [];
  for (const each of subscribed) {
    if (typeof each === 'string') names.add(each);
    // Without the memory that `g` and `y` have of the last match.
    else patterns.push(new RegExp(each.source, each.flags.replaceAll(/[gy]/g, '')));
  }
  if (patterns.length > 0) {
    for (const name of topics.names())
      if (!INTERNAL_TOPICS.has(name) && patterns.some((pattern) => pattern.test(name))) names.add(name);
  }
  return [...names].sort();
}

export function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}
