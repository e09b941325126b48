/**
 * The offsets that groups of one partition of `__consumer_offsets` commit, ask for and delete.
 *
 * Promises: nothing is committed in the name of a member that is fenced, unknown or of another generation; what was answered is to be seen by whoever
 * asks afterwards, and as safe as the topic's settings say. A group need not have members to commit: then anybody may who names none. (OffsetMetadataManager)
 */
import type { Clock } from '../clock.ts';
import { OFFSET_METADATA_CHARACTERS_MAX } from '../limits.ts';
import type { ProducerStamp } from '../log/producer-stamp.ts';
import type { KafkaErrorName } from '../protocol/error-code.ts';
import type { OffsetToCommit, TopicPartition } from '../types.ts';
import type { ClassicGroup } from './classic/classic-group.ts';
import { coordinatorFailure } from './coordinator-failure.ts';
import type {
  CommitAnswer,
  CommitRequest,
  FoundOffset,
  GroupError,
  MemberIdentity,
  OffsetAnswer,
  OffsetDeletionAnswer,
  OffsetQuery,
  TransactionalCommitRequest,
} from './group-requests.ts';
import { encodeOffsetKey, encodeOffsetValue } from './offset-commit-format.ts';
import type { OffsetsPartition } from './offsets-partition.ts';

/** What stands in the way of these offsets, and of nothing else. */
const commitFailures: Partial<Record<KafkaErrorName, KafkaErrorName>> = {
  UNKNOWN_SERVER_ERROR: 'INVALID_COMMIT_OFFSET_SIZE',
};

export class GroupCommits {
  readonly #partition: OffsetsPartition;
  readonly #clock: Clock;
  readonly #groupOf: (groupId: string) => ClassicGroup | undefined;

  constructor(partition: OffsetsPartition, clock: Clock, groupOf: (groupId: string) => ClassicGroup | undefined) {
    this.#partition = partition;
    this.#clock = clock;
    this.#groupOf = groupOf;
  }

  commit(request: CommitRequest): Promise<CommitAnswer> {
    const refusal = this.#check(request, false);
    return this.#write(request, refusal);
  }

  commitInTransaction(request: TransactionalCommitRequest): Promise<CommitAnswer> {
    const { producerId, producerEpoch } = request;
    const refusal = this.#check(request, true);
    return this.#write(request, refusal, { producerId, producerEpoch, isTransactional: true });
  }

  find({ groupId, partitions, requireStable }: OffsetQuery): OffsetAnswer {
    const { offsets } = this.#partition;
    const committed = new Map(offsets.committed(groupId).map((each) => [nameOf(each), each]));
    const unstable = new Set(requireStable ? offsets.pending(groupId).map(nameOf) : []);
    const asked = partitions ?? [...committed.values()];
    const found = asked.map(({ topic, partition }): FoundOffset => {
      const name = nameOf({ topic, partition });
      if (unstable.has(name)) return { topic, partition, error: 'UNSTABLE_OFFSET_COMMIT', committed: null };
      return { topic, partition, error: null, committed: committed.get(name) ?? null };
    });
    return { error: null, offsets: found };
  }

  has(groupId: string): boolean {
    const { offsets } = this.#partition;
    return offsets.committed(groupId).length > 0 || offsets.pending(groupId).length > 0;
  }

  /** All that have committed offsets. */
  get groups(): Iterable<string> {
    return this.#partition.offsets.groups;
  }

  /** Those in a transaction too: it must not bring them back. */
  all(groupId: string): TopicPartition[] {
    const { offsets } = this.#partition;
    const all = new Map<string, TopicPartition>();
    for (const each of [...offsets.committed(groupId), ...offsets.pending(groupId)]) all.set(nameOf(each), each);
    return [...all.values()];
  }

  async delete(groupId: string, partitions: readonly TopicPartition[]): Promise<OffsetDeletionAnswer> {
    const group = this.#groupOf(groupId);
    const refuse = (error: GroupError): OffsetDeletionAnswer => ({ error, errors: partitions.map(() => error) });
    if (group === undefined && !this.has(groupId)) return refuse('GROUP_ID_NOT_FOUND');
    if (group !== undefined && group.state !== 'Empty' && group.protocolType !== 'consumer')
      return refuse('NON_EMPTY_GROUP');
    const known = new Set(this.all(groupId).map(nameOf));
    const errors = partitions.map(({ topic }): GroupError =>
      group?.isSubscribedTo(topic) === true ? 'GROUP_SUBSCRIBED_TO_TOPIC' : null,
    );
    const gone = partitions.filter((each, index) => errors[index] === null && known.has(nameOf(each)));
    if (gone.length === 0) return { error: null, errors };
    const failure = await this.#append(gone.map((each) => forgotten(groupId, each)));
    return failure === null ? { error: null, errors } : refuse(failure);
  }

  #check(identity: MemberIdentity, isTransactional: boolean): GroupError {
    const group = this.#groupOf(identity.groupId);
    if (group !== undefined) return group.checkCommit(identity, { isTransactional });
    // Who names a generation was in a group that is no more.
    return identity.generationId < 0 ? null : 'ILLEGAL_GENERATION';
  }

  async #write(
    { groupId, offsets }: { readonly groupId: string; readonly offsets: readonly OffsetToCommit[] },
    refusal: GroupError,
    producer?: ProducerStamp,
  ): Promise<CommitAnswer> {
    const errors = offsets.map(({ metadata }) => refusal ?? metadataError(metadata));
    const good = offsets.filter((_, index) => errors[index] === null);
    if (good.length === 0) return { errors };
    const commitTimestamp = this.#clock.now();
    const records = good.map(({ topic, partition, offset, leaderEpoch = -1, metadata = '' }) => ({
      key: encodeOffsetKey({ group: groupId, topic, partition }),
      value: encodeOffsetValue({ offset, leaderEpoch, metadata, commitTimestamp, topicId: null }),
    }));
    const failure = await this.#append(records, producer);
    return { errors: errors.map((error) => error ?? failure) };
  }

  async #append(
    records: Parameters<OffsetsPartition['append']>[0],
    producer?: ProducerStamp,
  ): Promise<KafkaErrorName | null> {
    try {
      const receipt = this.#partition.append(records, producer);
      return (await this.#partition.isSafe(receipt)) ? null : 'NOT_COORDINATOR';
    } catch (error) {
      const failure = coordinatorFailure(error);
      return commitFailures[failure] ?? failure;
    }
  }
}

/** What makes the log forget an offset. */
export function forgotten(groupId: string, { topic, partition }: TopicPartition): { key: Buffer; value: null } {
  return { key: encodeOffsetKey({ group: groupId, topic, partition }), value: null };
}

function metadataError(metadata = ''): GroupError {
  return metadata.length > OFFSET_METADATA_CHARACTERS_MAX ? 'OFFSET_METADATA_TOO_LARGE' : null;
}

/** No topic has a slash in its name. */
function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
