/** `--transaction-log-decoder`: the records of `__transaction_state`. */
import { decodeTransaction } from '../../transaction/transaction-log-format.ts';
import { NO_PRODUCER_ID, type TransactionMetadata } from '../../transaction/transaction-metadata.ts';
import { transactionStates } from '../../transaction/transaction-state.ts';
import { careful, decoded, type RecordDecoder } from './decoded-record.ts';

export const decodeTransactionRecord: RecordDecoder = careful((key, value) => {
  const record = decodeTransaction(key, value);
  if (record.kind === 'unknown')
    return {
      undecoded:
        record.what === 'key' ? `unknown record type ${record.version}` : `a value of version ${record.version}`,
    };
  const fields = record.kind === 'transaction' ? valueFields(record.metadata) : null;
  return decoded(key, { transactionalId: record.transactionalId }, value, fields);
});

function valueFields(metadata: TransactionMetadata): object {
  const { previousProducerId, nextProducerId, clientVersion, state } = metadata;
  const partitions = metadata.partitions.byTopic().map(({ topic, partitions: ids }) => ({ topic, partitionIds: ids }));
  return {
    producerId: metadata.producerId,
    ...(previousProducerId === NO_PRODUCER_ID ? {} : { previousProducerId }),
    ...(nextProducerId === NO_PRODUCER_ID ? {} : { nextProducerId }),
    producerEpoch: metadata.producerEpoch,
    transactionTimeoutMs: metadata.timeoutMs,
    transactionStatus: transactionStates.indexOf(state),
    transactionPartitions: state === 'Empty' ? null : partitions,
    transactionLastUpdateTimestampMs: metadata.updatedAt,
    transactionStartTimestampMs: metadata.startedAt,
    ...(clientVersion === 0 ? {} : { clientTransactionVersion: clientVersion }),
  };
}
