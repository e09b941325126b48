/** What the broker serves: a handler for each API key, in the order of the keys. */
import type { Handler } from './handler.ts';
import { produceHandler } from './handlers/00-produce.ts';
import { fetchHandler } from './handlers/01-fetch.ts';
import { listOffsetsHandler } from './handlers/02-list-offsets.ts';
import { metadataHandler } from './handlers/03-metadata.ts';
import { findCoordinatorHandler } from './handlers/10-find-coordinator.ts';
import { saslHandshakeHandler } from './handlers/17-sasl-handshake.ts';
import { apiVersionsHandler } from './handlers/18-api-versions.ts';
import { createTopicsHandler } from './handlers/19-create-topics.ts';
import { deleteTopicsHandler } from './handlers/20-delete-topics.ts';
import { deleteRecordsHandler } from './handlers/21-delete-records.ts';
import { initProducerIdHandler } from './handlers/22-init-producer-id.ts';
import { offsetForLeaderEpochHandler } from './handlers/23-offset-for-leader-epoch.ts';
import { addPartitionsToTxnHandler } from './handlers/24-add-partitions-to-txn.ts';
import { addOffsetsToTxnHandler } from './handlers/25-add-offsets-to-txn.ts';
import { endTxnHandler } from './handlers/26-end-txn.ts';
import { writeTxnMarkersHandler } from './handlers/27-write-txn-markers.ts';
import { txnOffsetCommitHandler } from './handlers/28-txn-offset-commit.ts';
import { describeAclsHandler } from './handlers/29-describe-acls.ts';
import { createAclsHandler } from './handlers/30-create-acls.ts';
import { deleteAclsHandler } from './handlers/31-delete-acls.ts';
import { describeConfigsHandler } from './handlers/32-describe-configs.ts';
import { alterConfigsHandler } from './handlers/33-alter-configs.ts';
import { describeLogDirsHandler } from './handlers/35-describe-log-dirs.ts';
import { saslAuthenticateHandler } from './handlers/36-sasl-authenticate.ts';
import { createPartitionsHandler } from './handlers/37-create-partitions.ts';
import { incrementalAlterConfigsHandler } from './handlers/44-incremental-alter-configs.ts';
import { describeClientQuotasHandler } from './handlers/48-describe-client-quotas.ts';
import { alterClientQuotasHandler } from './handlers/49-alter-client-quotas.ts';
import { describeUserScramCredentialsHandler } from './handlers/50-describe-user-scram-credentials.ts';
import { alterUserScramCredentialsHandler } from './handlers/51-alter-user-scram-credentials.ts';
import { describeClusterHandler } from './handlers/60-describe-cluster.ts';
import { describeProducersHandler } from './handlers/61-describe-producers.ts';
import { describeTransactionsHandler } from './handlers/65-describe-transactions.ts';
import { listTransactionsHandler } from './handlers/66-list-transactions.ts';
import { describeTopicPartitionsHandler } from './handlers/75-describe-topic-partitions.ts';

export function allHandlers(): ReadonlyMap<number, Handler> {
  const handlers = new Map<number, Handler>();
  const add = (...some: readonly Handler[]): void => {
    for (const handler of some) handlers.set(handler.api.key, handler);
  };
  add(produceHandler, fetchHandler, listOffsetsHandler, metadataHandler);
  add(findCoordinatorHandler, saslHandshakeHandler, apiVersionsHandler(handlers));
  add(createTopicsHandler, deleteTopicsHandler, deleteRecordsHandler);
  add(initProducerIdHandler, offsetForLeaderEpochHandler);
  add(addPartitionsToTxnHandler, addOffsetsToTxnHandler, endTxnHandler, writeTxnMarkersHandler, txnOffsetCommitHandler);
  add(describeAclsHandler, createAclsHandler, deleteAclsHandler);
  add(describeConfigsHandler, alterConfigsHandler, describeLogDirsHandler);
  add(saslAuthenticateHandler, createPartitionsHandler, incrementalAlterConfigsHandler);
  add(describeClientQuotasHandler, alterClientQuotasHandler);
  add(describeUserScramCredentialsHandler, alterUserScramCredentialsHandler, describeClusterHandler);
  add(describeProducersHandler, describeTransactionsHandler, listTransactionsHandler, describeTopicPartitionsHandler);
  return handlers;
}
