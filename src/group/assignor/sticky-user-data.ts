/**
 * What the sticky assignors tell the leader in a member's subscription. (StickyAssignor, CooperativeStickyAssignor.)
 *
 *     sticky 0:            previous assignment [ topic string, [ partition i32 ] ]
 *     sticky 1:            the same | generation i32
 *     cooperative-sticky:  generation i32
 *
 * No version stands in front. What follows is not looked at, and bytes that cannot be read mean a member that owned nothing: it costs moves, no more.
 */
import { isMillraceError } from '../../errors.ts';
import { MessageReader } from '../../protocol/message-reader.ts';
import { MessageWriter } from '../../protocol/message-writer.ts';
import type { TopicPartition } from '../../types.ts';
import { readPartitions, writePartitions } from '../partitions-format.ts';
import { NO_GENERATION, type Subscription } from '../subscription-format.ts';
import type { JoiningMember } from './assignor.ts';

/** What a member had, and when. */
export interface Ownership {
  readonly partitions: readonly TopicPartition[];
  /** Null where the member does not say, which is less than saying that it is in none. */
  readonly generationId: number | null;
}

const WHAT = 'user data of a sticky assignor';

export function encodeStickyUserData({ lastAssignment }: JoiningMember): Buffer | null {
  if (lastAssignment === null) return null;
  const writer = new MessageWriter();
  writePartitions(writer, lastAssignment.partitions);
  return writer.int32(lastAssignment.generationId).finish();
}

export function stickyOwnership({ userData }: Subscription): Ownership {
  if (userData === null || userData.length === 0) return { partitions: [], generationId: null };
  return (
    readable(() => {
      const reader = new MessageReader(userData, WHAT);
      return { partitions: readPartitions(reader), generationId: reader.int32() };
    }) ??
    readable(() => ({ partitions: readPartitions(new MessageReader(userData, WHAT)), generationId: null })) ?? {
      partitions: [],
      generationId: NO_GENERATION,
    }
  );
}

export function encodeCooperativeUserData({ lastAssignment }: JoiningMember): Buffer {
  return new MessageWriter().int32(lastAssignment?.generationId ?? NO_GENERATION).finish();
}

/** Clients that know version 2 of the subscription say it there. */
export function cooperativeOwnership({ userData, ownedPartitions, generationId }: Subscription): Ownership {
  if (generationId !== NO_GENERATION) return { partitions: ownedPartitions, generationId };
  if (userData === null) return { partitions: ownedPartitions, generationId: null };
  const said = readable(() => new MessageReader(userData, WHAT).int32());
  return { partitions: ownedPartitions, generationId: said ?? NO_GENERATION };
}

function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    // Another client's bytes: they tell nothing, and hurt nobody.
    if (isMillraceError(error)) return null;
    throw error;
  }
}
