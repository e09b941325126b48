/**
 * The writing half of a log: appends records and ready batches, rolls, flushes.
 *
 * An append is visible as a whole or not at all, and after one that threw nothing has changed. A full disk refuses it and may be tried again; a
 * disk that fails takes the data directory offline. `partition-log.ts` is the whole log.
 */
import { checkObject, invalidArgument } from '../errors.ts';
import { SEGMENT_OFFSETS_MAX } from '../limits.ts';
import { encodeControlBatch } from '../record/control-record.ts';
import { encodeBatches } from '../record/encode-batch.ts';
import type { RecordInput } from '../types.ts';
import {
  type AppendBatchesOptions,
  type AppendOptions,
  boundsOf,
  checkSource,
  codecOf,
  epochOf,
  latestTimestamp,
  timestampTermsOf,
} from './append-options.ts';
import {
  inspectBatches,
  largerThanSegment,
  moreOffsetsThanSegment,
  type ReadyOptions,
  writeBatches,
} from './batch-appender.ts';
import { checkKeys } from './key-check.ts';
import type { LeaderEpochs } from './leader-epochs.ts';
import type { LoadedLog } from './log-loading.ts';
import type { LogSettings } from './log-settings.ts';
import { type LogEnvironment, LogWriter } from './log-writer.ts';
import type { OpenBatch, OpenBatchOptions } from './open-batch.ts';
import { OpenBatchSlot } from './open-batch-slot.ts';
import { checkEndOptions, type EndTransactionOptions, NO_PRODUCER, stampedBatch } from './producer-stamp.ts';
import type { Receipt } from './receipt.ts';
import { notOneBatch, RecordAppender } from './record-appender.ts';
import { underCodec } from './topic-codec.ts';

export class LogAppender extends LogWriter {
  readonly #appender: RecordAppender;
  /** Made for the first open batch: most logs of a store have none. */
  #slot: OpenBatchSlot | null = null;

  constructor(
    environment: LogEnvironment,
    loaded: LoadedLog,
    epochs: LeaderEpochs,
    options: { settings: LogSettings; startOffset: number },
  ) {
    super(environment, loaded, epochs, options);
    this.#appender = new RecordAppender(loaded.segments, () => this.rollSegment());
  }

  get hasOpenBatch(): boolean {
    return this.#slot !== null && !this.#slot.isEmpty;
  }

  /**
   * Appends records as one batch, or as several when they exceed `max.message.bytes` together. Visible when this returns.
   * Errors: INVALID_ARGUMENT, INVALID_TIMESTAMP, INVALID_RECORD (without a key, where the topic is compacted), TOO_LARGE, NO_SPACE (try again later),
   * OFFLINE, CLOSED; in a producer's name also OUT_OF_ORDER_SEQUENCE,
   * PRODUCER_FENCED and TRANSACTION_STATE; then nothing was written.
   */
  append(records: readonly RecordInput[], options: AppendOptions = {}): Receipt {
    this.checkWritable();
    if (!Array.isArray(records) || records.length === 0) {
      throw invalidArgument('records', 'an array of one record or more', records);
    }
    checkObject('options', options);
    const { compression, leaderEpoch: askedEpoch, producer } = options;
    if (this.settings.compact) checkKeys(records);
    if (this.#slot !== null) this.#slot.clear();
    const { timestampType, maxMessageBytes } = this.settings;
    const now = this.environment.clock.now();
    const leaderEpoch = epochOf(askedEpoch, this.epochs.latest);
    const codec = codecOf(compression, this.settings.compression);
    const { endOffset: baseOffset } = this;
    const produced =
      producer === undefined ? null : this.encoding(() => stampedBatch(producer, baseOffset, records.length));
    if (produced !== null) {
      const first = this.producers.check(produced);
      if (first !== null) return this.appendedBefore(first);
    }
    const { producerId, producerEpoch, baseSequence, isTransactional: transactional } = produced ?? NO_PRODUCER;
    // One shape, whoever appends, and without a spread, which would cost as much as the rest of an append.
    const encoding = {
      baseOffset,
      leaderEpoch,
      timestamp: now,
      timestampType,
      timestampBounds: boundsOf(this.settings),
      batchBytesMax: maxMessageBytes,
      producerId,
      producerEpoch,
      baseSequence,
      transactional,
    };
    if (codec !== 'none') {
      const batches = this.encoding(() => encodeBatches(records, { ...encoding, compression: codec }));
      if (produced !== null && batches.length > 1) throw notOneBatch(this.directory, maxMessageBytes);
      return this.#appendReady(batches.length === 1 ? batches[0] : Buffer.concat(batches), {
        ...encoding,
        from: 'producer',
        allowControl: false,
        logAppendTime: timestampType === 'LogAppendTime' ? now : undefined,
      });
    }
    return this.writing(() => {
      if (produced !== null) this.expectProducer();
      const lastOffset = this.encoding(() => {
        const timestamp = timestampType === 'LogAppendTime' ? now : latestTimestamp(records, now);
        this.rollIfDue(0, timestamp, baseOffset + records.length - 1, now);
        return this.#appender.append(records, encoding);
      });
      this.epochs.assign(leaderEpoch, baseOffset);
      this.countAppend(lastOffset + 1 - baseOffset, this.#appender.size);
      if (produced !== null) {
        produced.maxTimestamp = this.#appender.maxTimestamp;
        this.producers.appended(produced, now);
      }
      return this.appended(baseOffset, lastOffset, timestampType === 'LogAppendTime' ? now : -1);
    });
  }

  /**
   * Appends ready batches of magic 2 (one after another in `bytes`), checked and then copied once. They are never inflated, unless the topic
   * names another codec than theirs, bounds how old a record may be, or is compacted. Errors: as `append`, and CORRUPT, UNSUPPORTED, OUT_OF_ORDER.
   */
  appendBatches(bytes: Uint8Array, options: AppendBatchesOptions = {}): Receipt {
    this.checkWritable();
    if (!(bytes instanceof Uint8Array) || bytes.length === 0)
      throw invalidArgument('bytes', 'one batch or more', bytes);
    checkObject('options', options);
    const { from: source, leaderEpoch, allowControl } = options;
    const from = checkSource(source);
    if (this.#slot !== null) this.#slot.clear();
    const { timestampType, maxMessageBytes, compression } = this.settings;
    const { latest } = this.epochs;
    const now = this.environment.clock.now();
    const ready: ReadyOptions = {
      baseOffset: this.endOffset,
      from,
      leaderEpoch: from === 'leader' ? latest : epochOf(leaderEpoch, latest),
      batchBytesMax: from === 'leader' ? Infinity : maxMessageBytes,
      allowControl: allowControl ?? from === 'leader',
      logAppendTime: from === 'producer' && timestampType === 'LogAppendTime' ? now : undefined,
      timestamps: from === 'producer' ? timestampTermsOf(this.settings, now) : undefined,
      keyed: from === 'producer' && this.settings.compact,
    };
    if (from === 'leader' || compression === 'producer') return this.#appendReady(bytes, ready);
    return this.#appendReady(underCodec(bytes, inspectBatches(bytes, ready).sizes, compression), ready);
  }

  /**
   * Ends a producer's transaction in this log: writes its marker, behind which readers of committed records see what was committed, and what was
   * aborted is passed over. Also where none is open. Errors: PRODUCER_FENCED, COORDINATOR_FENCED, and as `append`.
   */
  endTransaction(options: EndTransactionOptions): Receipt {
    this.checkWritable();
    const { producerId, producerEpoch, type, coordinatorEpoch, transactionVersion } = checkEndOptions(options);
    if (this.#slot !== null) this.#slot.clear();
    const timestamp = this.environment.clock.now();
    const logAppendTime = this.settings.timestampType === 'LogAppendTime' ? timestamp : undefined;
    const place = { baseOffset: this.endOffset, leaderEpoch: epochOf(undefined, this.epochs.latest) };
    const marker = encodeControlBatch({ ...place, type, coordinatorEpoch, producerId, producerEpoch, timestamp });
    const ready = { ...place, batchBytesMax: Infinity, allowControl: true, logAppendTime, transactionVersion };
    return this.#appendReady(marker, { ...ready, from: 'producer' });
  }

  /**
   * Opens a batch at the log's end, to be filled record by record; seals the one that is open. Errors: INVALID_ARGUMENT, NO_SPACE, OFFLINE,
   * CLOSED.
   */
  openBatch(options: OpenBatchOptions): OpenBatch {
    this.checkWritable();
    checkObject('options', options);
    const { compression, leaderEpoch, owner, producer } = options;
    checkObject('owner', owner);
    const codec = codecOf(compression, this.settings.compression);
    if (this.#slot !== null) this.#slot.clear();
    const { timestampType, maxMessageBytes, segmentBytes } = this.settings;
    const produced = producer === undefined ? null : this.encoding(() => stampedBatch(producer, this.endOffset, 1));
    if (produced !== null) this.producers.checkNext(produced);
    const { producerId, producerEpoch, baseSequence, isTransactional: transactional } = produced ?? NO_PRODUCER;
    const plan = {
      baseOffset: this.endOffset,
      leaderEpoch: epochOf(leaderEpoch, this.epochs.latest),
      timestamp: this.environment.clock.now(),
      timestampType,
      timestampBounds: boundsOf(this.settings),
      batchBytesMax: codec === 'none' ? maxMessageBytes : Math.min(maxMessageBytes, segmentBytes),
      producerId,
      producerEpoch,
      baseSequence,
      transactional,
      codec,
      keyed: this.settings.compact,
      roll: this.settings,
    };
    const slot = (this.#slot ??= this.#makeSlot());
    return this.writing(() => {
      if (produced !== null) this.expectProducer();
      return slot.open(plan, owner);
    });
  }

  /** Ends the active segment and begins a new one; does nothing when it is empty. */
  roll(): void {
    this.checkWritable();
    if (this.#slot !== null) this.#slot.clear();
    this.rollSegment();
  }

  /** Seals the open batch, if there is one. Throws when it could not be sealed and is open still. */
  protected sealOpenBatch(): void {
    this.#slot?.clear();
  }

  protected override checkIdle(): void {
    super.checkIdle();
    this.#slot?.checkIdle();
  }

  /** The open batch is given up. */
  protected dropOpenBatch(error: Error): void {
    this.#slot?.drop(error);
  }

  #makeSlot(): OpenBatchSlot {
    const isClosed = (): boolean => this.isClosed;
    return new OpenBatchSlot({
      segments: this.segments,
      get isClosed() {
        return isClosed();
      },
      roll: () => this.rollSegment(),
      publish: (batch) => this.#publishOpen(batch),
      judge: (error) => this.judge(error),
    });
  }

  #publishOpen(open: OpenBatch): Receipt {
    this.checkWritable();
    const now = this.environment.clock.now();
    const { plan, baseOffset, lastOffset, count, size } = open;
    const logAppendTime = plan.timestampType === 'LogAppendTime' ? now : undefined;
    if (!open.isPlaced) {
      const ready = { ...plan, from: 'producer', allowControl: false, logAppendTime, keyed: false } as const;
      return this.#appendReady(open.complete(now), ready);
    }
    return this.writing(() => {
      const maxTimestamp = open.publish(now);
      const { producerId = -1, producerEpoch = -1, baseSequence = -1, transactional: isTransactional = false } = plan;
      if (producerId >= 0) {
        const batch = {
          producerId,
          producerEpoch,
          baseSequence,
          isTransactional,
          baseOffset,
          lastOffset,
          maxTimestamp,
        };
        this.producers.appended(batch, now);
      }
      this.epochs.assign(plan.leaderEpoch, baseOffset);
      this.countAppend(count, size);
      return this.appended(baseOffset, lastOffset, logAppendTime ?? -1);
    });
  }

  #appendReady(bytes: Uint8Array, options: ReadyOptions): Receipt {
    const ready = inspectBatches(bytes, options);
    const { segmentBytes } = this.settings;
    if (bytes.length > segmentBytes) throw largerThanSegment(this.directory, bytes.length, segmentBytes);
    if (ready.lastOffset - ready.firstOffset > SEGMENT_OFFSETS_MAX)
      throw moreOffsetsThanSegment(this.directory, ready.firstOffset, ready.lastOffset);
    const { produced } = ready;
    if (produced !== null && options.from === 'producer') {
      const first = this.producers.checkAll(produced, ready.sizes.length);
      if (first !== null) return this.appendedBefore(first);
    }
    return this.writing(() => {
      if (produced !== null) this.expectProducer();
      if (options.from === 'leader') this.rollForGap(ready.firstOffset, ready.lastOffset);
      this.rollIfDue(bytes.length, ready.maxTimestamp, ready.lastOffset, this.environment.clock.now());
      writeBatches(this.segments, ready, options);
      for (const { epoch, startOffset } of ready.epochs) this.epochs.assign(epoch, startOffset);
      this.countAppend(ready.lastOffset + 1 - ready.firstOffset, bytes.length);
      if (produced !== null) this.appendedProduced(produced);
      return this.appended(ready.firstOffset, ready.lastOffset, options.logAppendTime ?? -1);
    });
  }
}
