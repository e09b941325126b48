/** DescribeLogDirs: the data directory, how much room there is, and the sizes of the logs in it. Opens no log for that. */
import { statfs } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { isMillraceError } from '../../errors.ts';
import type { RequestOf, ResponseInputOf } from '../../protocol/api.ts';
import { describeLogDirs } from '../../protocol/apis/35-describe-log-dirs.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import type { BrokerContext } from '../broker-context.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { defineHandler } from '../handler.ts';

type Request = RequestOf<typeof describeLogDirs>;
type DirectoryAnswer = ResponseInputOf<typeof describeLogDirs>['results'][number];
type TopicAnswer = DirectoryAnswer['topics'][number];
type PartitionAnswer = TopicAnswer['partitions'][number];

/** Each may list a directory: the event loop gets its turn in between. */
const PARTITIONS_A_TURN = 64;

export const describeLogDirsHandler = defineHandler({
  api: describeLogDirs,
  versions: '1-5',
  async handle(request, { broker, access }) {
    const denied = access.code(AclOperation.DESCRIBE, ResourceType.CLUSTER);
    if (denied !== kafkaErrorCodes.NONE) return { errorCode: denied, results: [] };
    return { errorCode: kafkaErrorCodes.NONE, results: [await describe(broker, request)] };
  },
});

async function describe(broker: BrokerContext, request: Request): Promise<DirectoryAnswer> {
  const { store } = broker;
  const logDir = store.directory;
  if (store.failure !== null) return { errorCode: kafkaErrorCodes.KAFKA_STORAGE_ERROR, logDir, topics: [] };
  const { bsize, blocks, bavail } = await statfs(logDir);
  const sizes = new PartitionSizes(broker);
  const topics: TopicAnswer[] = [];
  for (const [name, indexes] of askedPartitions(broker, request)) {
    const partitions: PartitionAnswer[] = [];
    for (const index of indexes) {
      const size = await sizes.of(name, index);
      if (size !== null)
        partitions.push({ partitionIndex: index, partitionSize: size, offsetLag: 0, isFutureKey: false });
    }
    if (partitions.length > 0) topics.push({ name, partitions });
  }
  const { NONE } = kafkaErrorCodes;
  return { errorCode: NONE, logDir, topics, totalBytes: blocks * bsize, usableBytes: bavail * bsize };
}

function askedPartitions({ store }: BrokerContext, { topics }: Request): Map<string, Iterable<number>> {
  const asked = new Map<string, Set<number>>();
  if (topics === null) {
    return new Map(
      store.topics().map(({ name, partitions }) => [name, Array.from({ length: partitions }, (_, i) => i)]),
    );
  }
  for (const { topic, partitions } of topics) {
    const indexes = asked.get(topic) ?? new Set();
    for (const index of partitions) indexes.add(index);
    asked.set(topic, indexes);
  }
  return asked;
}

class PartitionSizes {
  readonly #broker: BrokerContext;
  #looked = 0;

  constructor(broker: BrokerContext) {
    this.#broker = broker;
  }

  /** Null: there is no such partition, or none any more. */
  async of(topic: string, partition: number): Promise<number | null> {
    if (++this.#looked % PARTITIONS_A_TURN === 0) await setImmediate();
    try {
      return this.#broker.store.partitionSize(topic, partition);
    } catch (error) {
      if (isMillraceError(error)) return null;
      throw error;
    }
  }
}
