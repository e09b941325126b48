/** Checks the offsets that a program commits, before anything is done with them. */
import { invalidArgument } from '../errors.ts';
import { OFFSET_METADATA_CHARACTERS_MAX } from '../limits.ts';
import type { ConsumerGroupMetadata, OffsetToCommit } from '../types.ts';

const EPOCH_MAX = 0x7fff_ffff;

/**
 * Whose offsets they are: a group by its name, which anybody may say; or a member of it, by what its consumer says of itself or by the consumer, which counts only for as long
 * as it is one.
 */
export type OffsetsGroup = string | ConsumerGroupMetadata | { groupMetadata(): ConsumerGroupMetadata };

export function checkGroup(group: unknown): string | ConsumerGroupMetadata {
  if (typeof group === 'string' && group !== '') return group;
  const expected = 'the name of a group, or a consumer of one, or what its groupMetadata() says';
  if (typeof group !== 'object' || group === null) throw invalidArgument('group', expected, group);
  const said =
    'groupMetadata' in group && typeof group.groupMetadata === 'function' ? (group.groupMetadata() as object) : group;
  const { groupId, memberId, generationId, groupInstanceId = null } = said as Partial<ConsumerGroupMetadata>;
  const isMember = typeof groupId === 'string' && groupId !== '' && typeof memberId === 'string';
  const isInstance = groupInstanceId === null || typeof groupInstanceId === 'string';
  if (!isMember || !isInstance || !Number.isInteger(generationId)) throw invalidArgument('group', expected, group);
  return { groupId, memberId, generationId: generationId!, groupInstanceId };
}

export function checkOffsets(offsets: unknown): OffsetToCommit[] {
  if (!Array.isArray(offsets)) throw invalidArgument('offsets', 'an array of { topic, partition, offset }', offsets);
  return offsets.map(checkOffset);
}

function checkOffset(each: unknown, index: number): OffsetToCommit {
  const name = `offsets[${index}]`;
  if (typeof each !== 'object' || each === null) throw invalidArgument(name, '{ topic, partition, offset }', each);
  const { topic, partition, offset, leaderEpoch, metadata } = each as Partial<OffsetToCommit>;
  if (typeof topic !== 'string') throw invalidArgument(`${name}.topic`, 'the name of a topic', topic);
  if (!isCount(partition, EPOCH_MAX)) throw invalidArgument(`${name}.partition`, 'a whole number from 0 on', partition);
  if (!isCount(offset, Number.MAX_SAFE_INTEGER)) throw invalidArgument(`${name}.offset`, 'an offset', offset);
  if (leaderEpoch !== undefined && leaderEpoch !== -1 && !isCount(leaderEpoch, EPOCH_MAX))
    throw invalidArgument(`${name}.leaderEpoch`, 'a whole number from 0 on', leaderEpoch);
  if (metadata !== undefined && (typeof metadata !== 'string' || metadata.length > OFFSET_METADATA_CHARACTERS_MAX))
    throw invalidArgument(`${name}.metadata`, `at most ${OFFSET_METADATA_CHARACTERS_MAX} characters`, metadata);
  return { topic, partition, offset, leaderEpoch, metadata };
}

function isCount(value: unknown, max: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= max;
}
