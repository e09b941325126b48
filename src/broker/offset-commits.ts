/**
 * What a client asks to commit, plain or in a transaction, partition by partition: what may not be committed, or not there, has its error at once, the rest
 * gets the coordinator's.
 */
import type { CommitAnswer, CommitRequest, GroupCoordinator, GroupError } from '../group/group-requests.ts';
import { kafkaErrorCodes } from '../protocol/error-code.ts';
import { ZERO_UUID } from '../protocol/uuid.ts';
import { AclOperation } from '../security/acl-operation.ts';
import { ResourceType } from '../security/resource.ts';
import type { OffsetToCommit } from '../types.ts';
import { askGroups, groupCode } from './group-answer.ts';
import type { Call } from './handler.ts';
import { hasPartition } from './partition-lookup.ts';

/** A topic as OffsetCommit and TxnOffsetCommit ask for it. */
export interface AskedTopic {
  readonly name: string;
  /** Zero where the client names it by its name. */
  readonly topicId?: string;
  readonly partitions: readonly {
    readonly partitionIndex: number;
    readonly committedOffset: number;
    readonly committedLeaderEpoch: number;
    readonly committedMetadata: string | null;
  }[];
}

export interface PartitionCommit {
  readonly offset: CommitRequest['offsets'][number];
  errorCode: number;
}

/** `topic` null: an id that no topic has. `denied`: the code where nothing may be committed. */
export function partitionCommits(
  topic: string | null,
  { partitions, topicId = ZERO_UUID }: AskedTopic,
  denied: number,
  call: Call,
): PartitionCommit[] {
  const known = denied || codeOfTopic(topic, call);
  return partitions.map(({ partitionIndex: partition, committedOffset, committedLeaderEpoch, committedMetadata }) => {
    const name = topic ?? '';
    const offset = {
      topic: name,
      partition,
      offset: committedOffset,
      leaderEpoch: committedLeaderEpoch,
      metadata: committedMetadata ?? '',
      ...(topicId === ZERO_UUID ? {} : { topicId }),
    };
    const isThere = known === kafkaErrorCodes.NONE && hasPartition(call.broker, name, partition);
    return { offset, errorCode: isThere ? known : known || kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION };
  });
}

/** Lets the coordinator commit what can be, and sets the codes. `codeOf`: what the client's version of the API calls an error. */
export async function commitPartitions(
  commits: readonly PartitionCommit[],
  { broker }: Call,
  write: (groups: GroupCoordinator, offsets: CommitRequest['offsets']) => Promise<CommitAnswer>,
  codeOf: (error: GroupError) => number = groupCode,
): Promise<void> {
  const asked = commits.filter(({ errorCode }) => errorCode === kafkaErrorCodes.NONE);
  if (asked.length === 0) return;
  const offsets = asked.map(({ offset }) => offset);
  const { errors } = await askGroups<CommitAnswer>(
    broker,
    (groups) => write(groups, offsets),
    (error) => refusedCommits(offsets, error),
  );
  for (const [index, commit] of asked.entries()) commit.errorCode = codeOf(errors[index]);
}

export function refusedCommits(offsets: readonly OffsetToCommit[], error: GroupError): CommitAnswer {
  return { errors: offsets.map(() => error) };
}

/** A topic of which no partition was asked for is not in the answer, as in Kafka. */
export function askedTopics<T extends { readonly partitions: readonly unknown[] }>(topics: readonly T[]): T[] {
  return topics.filter(({ partitions }) => partitions.length > 0);
}

export function partitionAnswers(commits: readonly PartitionCommit[]): { partitionIndex: number; errorCode: number }[] {
  return commits.map(({ offset, errorCode }) => ({ partitionIndex: offset.partition, errorCode }));
}

function codeOfTopic(topic: string | null, { access }: Call): number {
  return topic === null ? kafkaErrorCodes.UNKNOWN_TOPIC_ID : access.code(AclOperation.READ, ResourceType.TOPIC, topic);
}
