/**
 * The regular expressions that members of a group subscribe by: when they are looked at anew, and what comes of it.
 *
 * An expression that is new to the group stands for nothing at first; what it stands for is worked out behind the answer, of all the group's expressions at once,
 * and then the group has a new epoch. Looked at again they are when topics were made, or when long enough was not, but not more often than every ten seconds.
 */
import { GROUP_PATTERN_REFRESH_MIN_MS } from '../../limits.ts';
import type { ConsumerEnvironment } from './consumer-environment.ts';
import { ConsumerGroupChange } from './consumer-group-change.ts';
import type { ConsumerGroupState } from './consumer-group-state.ts';
import { type MemberSubscription, patternOf, sameTopics } from './consumer-member.ts';
import type { Refusal } from './consumer-requests.ts';
import { compilePattern, matchTopics } from './topic-pattern.ts';

export interface PatternChange {
  /** The member's expression is another one, or none. */
  readonly hasChanged: boolean;
  /** And it is known what that stands for. */
  readonly isResolved: boolean;
  /** All expressions of the group are to be looked at. */
  readonly refreshes: boolean;
}

export class GroupPatterns {
  readonly #state: ConsumerGroupState;
  readonly #environment: ConsumerEnvironment;
  #isRefreshing = false;
  /** Of the topics when the expressions were last looked at by this coordinator. */
  #version = -1;
  #isEnded = false;

  constructor(state: ConsumerGroupState, environment: ConsumerEnvironment) {
    this.#state = state;
    this.#environment = environment;
  }

  /** A member's subscription, which the state has already, was another one before. */
  change(before: MemberSubscription, after: MemberSubscription, change: ConsumerGroupChange): PatternChange | Refusal {
    const state = this.#state;
    const [resolved] = state.patterns.values();
    const [resolvedCount, resolvedAt] = [state.patterns.size, resolved?.at ?? -Infinity];
    const hasChanged = before.topicPattern !== after.topicPattern;
    const [old, pattern] = [patternOf(before), patternOf(after)];
    let isNew = false;
    if (hasChanged) {
      if (old !== null) change.forgetPatterns([old]);
      isNew = pattern !== null && state.subscribersOf(pattern) === 1;
      const refusal = isNew ? refusalOf(pattern!) : null;
      if (refusal !== null) return refusal;
    }
    const isResolved = hasChanged && (pattern === null ? old !== null : !isNew && state.patterns.has(pattern));
    const isDue = isNew || this.#isDue(resolvedCount, resolvedAt);
    return { hasChanged, isResolved, refreshes: isDue && this.#mayRefresh(resolvedAt) };
  }

  /** Works out what they stand for, and writes it. Does not throw. */
  async refresh(mayDescribe: (topic: string) => boolean): Promise<void> {
    const { topics, clock, logger } = this.#environment;
    this.#isRefreshing = true;
    const [version, at] = [topics.version, clock.now()];
    try {
      const found = await matchTopics(this.#state.subscribedPatterns, topics.names());
      if (this.#isEnded) return;
      this.#version = version;
      for (const [pattern, names] of found) found.set(pattern, new Set([...names].filter(mayDescribe)));
      this.#resolved(found, { version, at });
    } catch (error) {
      logger.error?.({ err: error, groupId: this.#state.groupId }, 'regular expressions of a group were not looked at');
    } finally {
      this.#isRefreshing = false;
    }
  }

  end(): void {
    this.#isEnded = true;
  }

  #resolved(found: ReadonlyMap<string, ReadonlySet<string>>, seen: { version: number; at: number }): void {
    const change = new ConsumerGroupChange(this.#state);
    change.attempt(() => this.#resolvedIn(change, found, seen));
  }

  #resolvedIn(
    change: ConsumerGroupChange,
    found: ReadonlyMap<string, ReadonlySet<string>>,
    seen: { version: number; at: number },
  ): void {
    const state = this.#state;
    let isOther = false;
    for (const [pattern, topics] of found) {
      if (state.subscribersOf(pattern) === 0) continue;
      isOther ||= !sameTopics(state.patterns.get(pattern)?.topics ?? new Set(), topics);
      change.add({ kind: 'pattern', groupId: state.groupId, pattern, value: { topics, ...seen } });
    }
    const hash = this.#environment.hash.of(state.subscribedTopics);
    if (isOther || hash !== state.metadataHash) change.bumpEpoch(hash);
    if (change.records.length === 0) return;
    if (this.#environment.write(state.groupId, change.records) !== null) change.rollBack();
  }

  #isDue(resolvedCount: number, resolvedAt: number): boolean {
    const { subscribedPatterns } = this.#state;
    if (subscribedPatterns.size === 0) return false;
    const { topics, clock, settings } = this.#environment;
    return (
      subscribedPatterns.size !== resolvedCount ||
      this.#version < topics.versionOfNewest ||
      clock.now() > resolvedAt + settings.groupConsumerRegexRefreshIntervalMs
    );
  }

  #mayRefresh(resolvedAt: number): boolean {
    return !this.#isRefreshing && this.#environment.clock.now() > resolvedAt + GROUP_PATTERN_REFRESH_MIN_MS;
  }
}

function refusalOf(pattern: string): Refusal | null {
  const compiled = compilePattern(pattern);
  if (!('fault' in compiled)) return null;
  return { error: 'INVALID_REGULAR_EXPRESSION', message: `"${pattern}" is no regular expression: ${compiled.fault}` };
}
