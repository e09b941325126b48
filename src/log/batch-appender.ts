/**
 * Appends ready batches from elsewhere (a producer, a leader, a compressed batch of our own): looked at, copied once, patched in place.
 *
 * From a producer a batch gets the log's offsets and epoch; from a leader it keeps them and must continue the log. The batches of one
 * call become visible together or not at all: the first one's length is written last.
 */
import { MillraceError } from '../errors.ts';
import { BATCH_LOG_OVERHEAD } from '../limits.ts';
import { publishBatch } from '../record/batch-builder.ts';
import { BatchHeader } from '../record/batch-header.ts';
import { byteWindow, type ByteWindow } from '../record/byte-window.ts';
import { patchBatch, validateBatch } from '../record/validate-batch.ts';
import { checkBatchKeys } from './key-check.ts';
import type { EpochEntry } from './leader-epochs.ts';
import { producedBatch, transactionEnd } from './produced-batch.ts';
import type { ProducedBatch, TransactionEnd } from './producer-state.ts';
import type { SegmentList } from './segment-list.ts';
import { checkTimestamps, type TimestampTerms } from './timestamp-check.ts';

export interface ReadyOptions {
  /** The log's end. */
  readonly baseOffset: number;
  /** `leader`: batches keep offsets and epoch. `producer`: they get the log's. */
  readonly from: 'producer' | 'leader';
  /** Of a producer's batches: the epoch that they get. Of a leader's: the log's latest, below which none may be. */
  readonly leaderEpoch: number;
  readonly batchBytesMax: number;
  readonly allowControl: boolean;
  /** With LogAppendTime: the time of the append. */
  readonly logAppendTime?: number;
  /** Of the markers among them: see `EndTransactionOptions`. */
  readonly transactionVersion?: number;
  /** What the batches' timestamps must be; absent for batches of a leader, and of our own. */
  readonly timestamps?: TimestampTerms;
  /** Their records need keys: the topic is compacted. */
  readonly keyed?: boolean;
}

export interface ReadyBatches {
  readonly window: ByteWindow;
  readonly sizes: readonly number[];
  readonly recordCount: number;
  readonly maxTimestamp: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** Epochs that begin with these batches, as they will stand: in order. */
  readonly epochs: readonly EpochEntry[];
  /** What those that name a producer say of it, in order; null when none does. */
  readonly produced: readonly (ProducedBatch | TransactionEnd)[] | null;
}

/** Looks at all batches in `bytes` before anything is written; throws what is wrong with the first bad one. */
export function inspectBatches(bytes: Uint8Array, options: ReadyOptions): ReadyBatches {
  const window = byteWindow(bytes);
  const header = new BatchHeader(window, 0);
  const sizes: number[] = [];
  let recordCount = 0;
  let maxTimestamp = -1;
  let next = options.baseOffset;
  let firstOffset = -1;
  let leaderEpoch = options.leaderEpoch;
  let produced: (ProducedBatch | TransactionEnd)[] | null = null;
  const epochs: EpochEntry[] = options.from === 'leader' ? [] : [{ epoch: leaderEpoch, startOffset: next }];
  for (let position = 0; position < bytes.length;) {
    const size = validateBatch(window, position, bytes.length, {
      batchBytesMax: options.batchBytesMax,
      fromProducer: options.from === 'producer',
      allowControl: options.allowControl,
    });
    header.moveTo(window, position);
    if (options.timestamps !== undefined) checkTimestamps(header, window, options.timestamps);
    if (options.keyed === true) checkBatchKeys(header, window);
    const baseOffset = options.from === 'leader' ? header.baseOffset : next;
    if (baseOffset < next) throw outOfOrder(baseOffset, next);
    if (options.from === 'leader') {
      if (header.leaderEpoch >= 0 && header.leaderEpoch < leaderEpoch)
        throw epochFalls(header.leaderEpoch, leaderEpoch);
      if (header.leaderEpoch > leaderEpoch) {
        leaderEpoch = header.leaderEpoch;
        epochs.push({ epoch: leaderEpoch, startOffset: baseOffset });
      }
    }
    if (firstOffset < 0) firstOffset = baseOffset;
    next = baseOffset + header.lastOffsetDelta + 1;
    recordCount += header.recordCount;
    maxTimestamp = Math.max(maxTimestamp, options.logAppendTime ?? header.maxTimestamp);
    if (header.producerId >= 0) {
      const what = producedBy(window, header, baseOffset, options);
      if (what !== null) (produced ??= []).push(what);
    }
    sizes.push(size);
    position += size;
  }
  return { window, sizes, recordCount, maxTimestamp, firstOffset, lastOffset: next - 1, epochs, produced };
}

/** What the batch says of its producer when it stands at `baseOffset`; null when that is nothing. */
function producedBy(
  window: ByteWindow,
  header: BatchHeader,
  baseOffset: number,
  { logAppendTime, transactionVersion }: ReadyOptions,
): ProducedBatch | TransactionEnd | null {
  if (!header.isControl) {
    const batch = producedBatch(header, baseOffset);
    return logAppendTime === undefined ? batch : { ...batch, maxTimestamp: logAppendTime };
  }
  const end = transactionEnd(window, header.position);
  if (end === null) return null;
  return { ...end, offset: baseOffset, timestamp: logAppendTime ?? end.timestamp, transactionVersion };
}

/** Writes what `inspectBatches` passed into the active segment, which has room for all of it. After a throw nothing has changed. */
export function writeBatches(segments: SegmentList, ready: ReadyBatches, options: ReadyOptions): void {
  const { writer } = segments;
  const { tail } = writer;
  const source = ready.window.bytes;
  const begin = tail.end;
  if (!tail.cover(begin, begin + source.length)) {
    throw largerThanSegment(segments.directory, source.length);
  }
  const { bytes, view, start } = tail.window;
  const at = begin - start;
  bytes.set(source.subarray(BATCH_LOG_OVERHEAD), at + BATCH_LOG_OVERHEAD);
  // From the last to the first would need their positions; from the first on, its length alone is held back.
  eachBatch(ready, options, (header, position, baseOffset) => {
    const leaderEpoch = options.from === 'leader' ? header.leaderEpoch : options.leaderEpoch;
    const { logAppendTime } = options;
    patchBatch(view, at + position, { baseOffset, leaderEpoch, size: header.size, logAppendTime });
  });
  tail.store(begin, begin + source.length);
  publishBatch(view, at, ready.sizes[0]);
  tail.store(begin, begin + BATCH_LOG_OVERHEAD);
  eachBatch(ready, options, (header, _position, baseOffset) => {
    writer.add(header.size, baseOffset + header.lastOffsetDelta, options.logAppendTime ?? header.maxTimestamp);
  });
  writer.publish();
}

/** Calls `visit` for each batch with the base offset that it gets. The header moves on. */
function eachBatch(
  ready: ReadyBatches,
  options: ReadyOptions,
  visit: (header: BatchHeader, position: number, baseOffset: number) => void,
): void {
  const header = new BatchHeader(ready.window, 0);
  let offset = options.baseOffset;
  for (let i = 0, position = 0; i < ready.sizes.length; position += ready.sizes[i++]) {
    header.moveTo(ready.window, position);
    const baseOffset = options.from === 'leader' ? header.baseOffset : offset;
    visit(header, position, baseOffset);
    offset = baseOffset + header.lastOffsetDelta + 1;
  }
}

/** `segmentBytes` where it is known. */
export function largerThanSegment(path: string, size: number, segmentBytes?: number): MillraceError {
  const segment = segmentBytes === undefined ? 'one segment' : `a segment of ${segmentBytes}`;
  return new MillraceError(
    'ERR_MILLRACE_TOO_LARGE',
    `${size} bytes of batches do not fit into ${segment}; append less at once or raise segment.bytes`,
    { path },
  );
}

export function moreOffsetsThanSegment(path: string, firstOffset: number, lastOffset: number): MillraceError {
  return new MillraceError(
    'ERR_MILLRACE_TOO_LARGE',
    `batches from offset ${firstOffset} to ${lastOffset} are too far apart for one segment, which has 2^31 offsets at most; append less at once`,
    { path },
  );
}

function outOfOrder(found: number, expected: number): MillraceError {
  return new MillraceError(
    'ERR_MILLRACE_OUT_OF_ORDER',
    `a batch with base offset ${found}, expected ${expected} or more`,
  );
}

function epochFalls(found: number, expected: number): MillraceError {
  return new MillraceError('ERR_MILLRACE_OUT_OF_ORDER', `a batch of leader epoch ${found} behind epoch ${expected}`);
}
