/**
 * The topics that members of a consumer group subscribe to, from their subscriptions: version 0 of ConsumerProtocolSubscription stands at the beginning of
 * each later one, so no more than that is read.
 *
 *     version i16 | topics array of string | …
 */
import { isMillraceError } from '../../errors.ts';
import { MessageReader } from '../../protocol/message-reader.ts';
import type { JoinedMember } from '../group-requests.ts';

/** Null where a subscription is none. */
export function subscribedTopics(members: readonly JoinedMember[]): ReadonlySet<string> | null {
  const topics = new Set<string>();
  try {
    for (const { metadata } of members) {
      const reader = new MessageReader(metadata, 'a subscription');
      reader.int16();
      for (const topic of reader.array(() => reader.string())) topics.add(topic);
    }
    return topics;
  } catch (error) {
    if (isMillraceError(error, 'ERR_MILLRACE_CORRUPT') || isMillraceError(error, 'ERR_MILLRACE_TOO_LARGE')) return null;
    throw error;
  }
}
