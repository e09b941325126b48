/**
 * One run of `millrace produce`: puts its parts together as the options say, lets them work, and reports.
 *
 * The report comes in any case: when the disk refuses or Ctrl-C ends the run, it says how far it came.
 */
import type { Store } from '../../store/store.ts';
import type { CompressionName } from '../../types.ts';
import type { CommonOptions } from '../common-options.ts';
import type { CliContext } from '../context.ts';
import { findTopic } from '../data-directory.ts';
import { unescape } from '../escapes.ts';
import { note, printRow, showBytes, showCount } from '../output.ts';
import { createProgress } from '../progress.ts';
import { type ByteSource, fileSource, StreamSource } from './byte-source.ts';
import { FrameInput } from './frame-input.ts';
import type { Framing } from './framing.ts';
import { LengthFraming } from './length-framing.ts';
import { LineFraming } from './line-framing.ts';
import { produceAll } from './producing.ts';
import { jsonValue, keyBefore, type RecordMaker, valueOnly } from './record-maker.ts';
import { Refusals } from './refusals.ts';
import { TopicWriter } from './topic-writer.ts';

export interface ProduceOptions extends CommonOptions {
  readonly partition?: number;
  readonly keySeparator?: string;
  readonly keyField?: string;
  /** Default: `line`, or `json` with a key field. */
  readonly framing?: 'line' | 'json' | 'length';
  readonly compression?: CompressionName;
  readonly acks: string;
  readonly durable?: true;
  readonly create?: true;
}

export interface ProduceRequest {
  readonly topic: string;
  /** `-` is standard input. */
  readonly file: string;
  readonly options: ProduceOptions;
}

export interface ProduceSummary {
  readonly topic: string;
  readonly records: number;
  /** Of keys and values. */
  readonly bytes: number;
  readonly elapsedMs: number;
  readonly refused: number;
}

const CHUNK_BYTES = 1024 * 1024;
/** Keys spread a chunk over the partitions: more at once keeps their appends large. */
const CHUNKS_AT_ONCE_MAX = 8;

export async function produce(context: CliContext, store: Store, request: ProduceRequest): Promise<ProduceSummary> {
  // First, so that nothing is made for an input that is not there.
  const source = request.file === '-' ? new StreamSource(context.stdin) : await fileSource(request.file);
  const stopReading = closing(source);
  context.signal.addEventListener('abort', stopReading, { once: true });
  try {
    return await produceFrom(context, store, source, request);
  } finally {
    context.signal.removeEventListener('abort', stopReading);
    await source.close();
  }
}

async function produceFrom(
  context: CliContext,
  store: Store,
  source: ByteSource,
  request: ProduceRequest,
): Promise<ProduceSummary> {
  const { topic, options } = request;
  const { writer, framing, refusals } = await preparedFor(context, store, request);
  const chunks = makesKeys(options) ? Math.min(CHUNKS_AT_ONCE_MAX, writer.partitions) : 1;
  const input = new FrameInput({ source, framing, chunkBytes: CHUNK_BYTES * chunks });
  const progress = createProgress(context, { total: source.size ?? 0, unit: 'bytes' });
  const { signal } = context;
  const began = performance.now();
  const summary = (): ProduceSummary => ({
    topic,
    records: writer.records,
    bytes: writer.bytes,
    elapsedMs: performance.now() - began,
    refused: refusals.count,
  });
  try {
    const durable = options.durable === true;
    await produceAll({ input, make: makerOf(options), writer, refusals, progress, durable, signal });
  } finally {
    progress.stop();
    report(context, options.json, summary());
  }
  return summary();
}

interface Prepared {
  readonly writer: TopicWriter;
  readonly framing: Framing;
  readonly refusals: Refusals;
}

async function preparedFor(context: CliContext, store: Store, { topic, options }: ProduceRequest): Promise<Prepared> {
  const isMissing = !store.topics().some(({ name }) => name === topic);
  const { partitions } =
    isMissing && options.create === true ? await store.createTopic(topic) : findTopic(store, topic);
  const indexes =
    options.partition === undefined ? Array.from({ length: partitions }, (_, index) => index) : [options.partition];
  const config = store.topicConfig(topic);
  const maxMessageBytes = config['max.message.bytes'] as number;
  const bound = maxMessageBytes + separatorOf(options).length;
  const framing = options.framing === 'length' ? new LengthFraming(bound) : new LineFraming(bound);
  const refusals = new Refusals(context, framing);
  const writer = new TopicWriter({
    logs: indexes.map((index) => store.partition(topic, index)),
    append: options.compression === undefined ? {} : { compression: options.compression },
    maxMessageBytes,
    segmentBytes: config['segment.bytes'] as number,
    refuse: (number, reason) => refusals.refuse(number, reason),
  });
  return { writer, framing, refusals };
}

function makerOf(options: ProduceOptions): RecordMaker {
  if (options.framing === 'json' || options.keyField !== undefined) return jsonValue(options.keyField ?? null);
  const separator = separatorOf(options);
  return separator.length === 0 ? valueOnly : keyBefore(separator);
}

function separatorOf({ keySeparator = '' }: ProduceOptions): Buffer {
  return unescape(keySeparator);
}

function makesKeys({ keyField, keySeparator }: ProduceOptions): boolean {
  return keyField !== undefined || keySeparator !== undefined;
}

/** A function for a listener, which can await nothing. */
function closing(source: ByteSource): () => void {
  return () => {
    // A source that cannot be closed cannot be read either, and that is told of.
    source.close().catch(() => undefined);
  };
}

/** People get it on standard error, machines on standard output. */
function report(context: CliContext, json: boolean, summary: ProduceSummary): void {
  if (json) {
    printRow(context, true, { ...summary, elapsedMs: Math.round(summary.elapsedMs) }, '');
    return;
  }
  const { topic, records, bytes, elapsedMs, refused } = summary;
  const seconds = Math.max(elapsedMs, 1) / 1000;
  const rate = `${showBytes(Math.round(bytes / seconds))}/s, ${showCount(Math.round(records / seconds))} records/s`;
  const what = `${showCount(records)} record${records === 1 ? '' : 's'} (${showBytes(bytes)})`;
  const also = refused === 0 ? '' : `, ${showCount(refused)} refused`;
  note(context, `wrote ${what} to ${topic} in ${seconds.toFixed(2)} s: ${rate}${also}`);
}
