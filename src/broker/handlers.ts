/** What the broker serves: a handler for each API key, in the order of the keys. */
import type { Handler } from './handler.ts';
import { produceHandler } from './handlers/00-produce.ts';
import { fetchHandler } from './handlers/01-fetch.ts';
import { listOffsetsHandler } from './handlers/02-list-offsets.ts';
import { metadataHandler } from './handlers/03-metadata.ts';
import { apiVersionsHandler } from './handlers/18-api-versions.ts';
import { createTopicsHandler } from './handlers/19-create-topics.ts';
import { deleteTopicsHandler } from './handlers/20-delete-topics.ts';
import { deleteRecordsHandler } from './handlers/21-delete-records.ts';
import { offsetForLeaderEpochHandler } from './handlers/23-offset-for-leader-epoch.ts';
import { describeConfigsHandler } from './handlers/32-describe-configs.ts';
import { alterConfigsHandler } from './handlers/33-alter-configs.ts';
import { describeLogDirsHandler } from './handlers/35-describe-log-dirs.ts';
import { createPartitionsHandler } from './handlers/37-create-partitions.ts';
import { incrementalAlterConfigsHandler } from './handlers/44-incremental-alter-configs.ts';
import { describeClusterHandler } from './handlers/60-describe-cluster.ts';
import { describeTopicPartitionsHandler } from './handlers/75-describe-topic-partitions.ts';

export function allHandlers(): ReadonlyMap<number, Handler> {
  const handlers = new Map<number, Handler>();
  const add = (...some: readonly Handler[]): void => {
    for (const handler of some) handlers.set(handler.api.key, handler);
  };
  add(produceHandler, fetchHandler, listOffsetsHandler, metadataHandler);
  add(apiVersionsHandler(handlers));
  add(createTopicsHandler, deleteTopicsHandler, deleteRecordsHandler, offsetForLeaderEpochHandler);
  add(describeConfigsHandler, alterConfigsHandler, incrementalAlterConfigsHandler);
  add(describeLogDirsHandler, createPartitionsHandler, describeClusterHandler, describeTopicPartitionsHandler);
  return handlers;
}
