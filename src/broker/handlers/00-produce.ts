/**
 * Produce: appends one batch a partition, as it came, and answers when the topic's durability is reached. What is transactional is admitted first
 * (produce-transaction.ts).
 *
 *     memory of the socket -> PartitionLog.appendBatches (looked at, copied once into the mapped tail, patched there) -> receipt
 *
 * All appends of a request happen before `handle` returns, so a connection's next request may begin while this one waits for the disk; many requests, of many
 * connections, wait for one flush. Only where a partition may have to be added to a transaction first, the next request waits.
 */
import { MAGIC, MAGIC_V2 } from '../../record/batch-format.ts';
import { BatchHeader } from '../../record/batch-header.ts';
import { byteWindow } from '../../record/byte-window.ts';
import { BATCH_HEADER_SIZE } from '../../limits.ts';
import type { PartitionLog } from '../../log/partition-log.ts';
import type { RequestOf, ResponseInputOf } from '../../protocol/api.ts';
import { produce } from '../../protocol/apis/00-produce.ts';
import { kafkaErrorCodes, type KafkaErrorName, kafkaErrorOf } from '../../protocol/error-code.ts';
import { isInternalTopic } from '../internal-topics.ts';
import { codeOf, messageOf } from '../kafka-failure.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { type Answer, type Call, defineHandler } from '../handler.ts';
import { outcomeOf } from '../refusal.ts';
import { throttleProduce } from '../throttle.ts';
import { admitProduce, mayAdd, type ProduceAdmission, topicOf } from '../produce-transaction.ts';

type Request = RequestOf<typeof produce>;
type TopicAnswer = ResponseInputOf<typeof produce>['responses'][number];
type PartitionAnswer = TopicAnswer['partitionResponses'][number];

/** The first version that may carry zstd. */
const ZSTD_SINCE = 7;

export const produceHandler = defineHandler({
  api: produce,
  versions: '3-13',
  advertisedFrom: 0,
  overlaps: (request, { version }) => !mayAdd(request, version),
  keepsNoBytes: true,
  handle(request, call) {
    const { acks } = request;
    const throttleTimeMs = throttleProduce(call);
    if (acks < -1 || acks > 1) return { ...refused(request, 'INVALID_REQUIRED_ACKS'), throttleTimeMs };
    const admission = admitProduce(request, call);
    const throttled = (answer: Answer<typeof produce>): Answer<typeof produce> =>
      answer === null || throttleTimeMs === 0 ? answer : { ...answer, throttleTimeMs };
    const answer =
      admission instanceof Promise ? appendLater(request, admission, call) : appendAll(request, admission, call);
    return answer instanceof Promise ? answer.then(throttled) : throttled(answer);
  },
});

async function appendLater(
  request: Request,
  admission: Promise<ProduceAdmission>,
  call: Call,
): Promise<Answer<typeof produce>> {
  const topicData = request.topicData.map((topic) => ({
    ...topic,
    partitionData: topic.partitionData.map(({ index, records }) => ({
      index,
      records: records === null ? null : Buffer.from(records),
    })),
  }));
  return appendAll({ ...request, topicData }, await admission, call);
}

function appendAll(
  request: Request,
  admission: ProduceAdmission,
  call: Call,
): Answer<typeof produce> | Promise<Answer<typeof produce>> {
  if (typeof admission === 'string') {
    const answer = refused(request, admission);
    return request.acks === 0 ? unanswered(answer, call) : answer;
  }
  const { acks } = request;
  const durable: Promise<void>[] = [];
  const responses = request.topicData.map((data): TopicAnswer => {
    const { name, topicId, partitionData } = data;
    const topic = topicOf(data, call);
    const partitionResponses = partitionData.map(({ index, records }) => {
      const refusal = topic === null ? null : refusalFor(topic, index, admission, call);
      const { answer, flushed } =
        refusal === null
          ? appendOne(topic, index, records, call)
          : { answer: failed(index, kafkaErrorCodes[refusal]), flushed: null };
      if (flushed !== null && acks !== 0) durable.push(flushed(answer));
      return answer;
    });
    return { name, topicId, partitionResponses };
  });
  if (acks === 0) return unanswered({ responses }, call);
  return durable.length === 0 ? { responses } : Promise.all(durable).then(() => ({ responses }));
}

/** Who waits for no answer is told of an error by the end of the connection, and then asks anew where things are. */
function unanswered({ responses }: ResponseInputOf<typeof produce>, { broker, session }: Call): null {
  const failures = responses.flatMap(({ partitionResponses }) =>
    partitionResponses.filter(({ errorCode }) => errorCode !== kafkaErrorCodes.NONE),
  );
  if (failures.length === 0) return null;
  const statistics = broker.statistics.of(produce);
  for (const { errorCode } of failures) statistics.failed(errorCode);
  const errors = [...new Set(failures.map(({ errorCode }) => kafkaErrorOf(errorCode).name))];
  const { remoteAddress, clientId } = session;
  broker.logger.info?.(
    { remoteAddress, clientId, errors },
    'a produce request without answer failed, and its connection is closed',
  );
  session.end();
  return null;
}

function refusalFor(
  topic: string,
  partition: number,
  admission: Exclude<ProduceAdmission, KafkaErrorName>,
  { access }: Call,
): KafkaErrorName | null {
  if (!access.topic(AclOperation.WRITE, topic)) return 'TOPIC_AUTHORIZATION_FAILED';
  return admission?.({ topic, partition }) ?? null;
}

interface Appended {
  /** Changed by `flushed` when the flush fails. */
  readonly answer: MutableAnswer;
  /** Waits for the flush, where the topic asks for that. */
  readonly flushed: ((answer: MutableAnswer) => Promise<void>) | null;
}

type MutableAnswer = { -readonly [K in keyof PartitionAnswer]: PartitionAnswer[K] };

function appendOne(topic: string | null, index: number, records: Buffer | null, call: Call): Appended {
  if (topic === null) return { answer: failed(index, kafkaErrorCodes.UNKNOWN_TOPIC_ID), flushed: null };
  try {
    const log = call.broker.store.partition(topic, index);
    const refusal = refusalOf(records, call.version) ?? (isInternalTopic(topic) ? 'INVALID_TOPIC_EXCEPTION' : null);
    if (refusal !== null) return { answer: failed(index, kafkaErrorCodes[refusal]), flushed: null };
    return append(log, index, records!);
  } catch (error) {
    const answer = failedFor(index, error, call);
    call.broker.statistics.failures.produceFailed(topic, answer.errorCode, records?.length ?? 0);
    return { answer, flushed: null };
  }
}

function append(log: PartitionLog, index: number, records: Buffer): Appended {
  const receipt = log.appendBatches(records);
  const { baseOffset, logAppendTime } = receipt;
  const answer: MutableAnswer = {
    index,
    errorCode: kafkaErrorCodes.NONE,
    baseOffset,
    logAppendTimeMs: logAppendTime,
    logStartOffset: log.startOffset,
  };
  if (log.settings.flushMessages > 1) return { answer, flushed: null };
  const flushed = async (sent: MutableAnswer): Promise<void> => {
    try {
      await receipt.durable;
    } catch (error) {
      Object.assign(sent, failed(index, codeOf(error), messageOf(error)));
    }
  };
  return { answer, flushed };
}

/** What Kafka refuses before it looks at the log: see ProduceRequest.validateRecords. */
function refusalOf(records: Buffer | null, version: number): KafkaErrorName | null {
  if (records === null || records.length < BATCH_HEADER_SIZE) return 'INVALID_RECORD';
  if (records[MAGIC] !== MAGIC_V2) return 'INVALID_RECORD';
  const header = new BatchHeader(byteWindow(records), 0);
  if (header.size < records.length) return 'INVALID_RECORD';
  if (header.compression === 'zstd' && version < ZSTD_SINCE) return 'UNSUPPORTED_COMPRESSION_TYPE';
  return null;
}

function failed(index: number, errorCode: number, errorMessage: string | null = null): MutableAnswer {
  return { index, errorCode, baseOffset: -1, errorMessage };
}

function failedFor(index: number, error: unknown, { broker }: Call): MutableAnswer {
  const { errorCode, errorMessage } = outcomeOf(broker, error, {
    // A control batch, or one that no producer may write so.
    ERR_MILLRACE_INVALID_ARGUMENT: 'INVALID_RECORD',
    // No topic has such a name.
    ERR_MILLRACE_INVALID_TOPIC: 'UNKNOWN_TOPIC_OR_PARTITION',
  });
  return failed(index, errorCode, errorMessage);
}

function refused(request: Request, why: KafkaErrorName): ResponseInputOf<typeof produce> {
  const answer = ({ index }: { index: number }): PartitionAnswer => failed(index, kafkaErrorCodes[why]);
  return {
    responses: request.topicData.map(({ name, topicId, partitionData }) => ({
      name,
      topicId,
      partitionResponses: partitionData.map(answer),
    })),
  };
}
