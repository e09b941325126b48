/**
 * Checks one segment: each batch of its `.log` (checksum, counts, each record, timestamps against the header, offsets one after another), and its indexes
 * against them. Changes nothing.
 *
 * Works in steps, so that who waits can do other things between them. A segment that a writer may be adding to is not settled: reserved zeros and a batch that is not
 * published yet are no findings, and what looks wrong is looked at again, after a pause, before it is said.
 */
import { isMillraceError } from '../errors.ts';
import type { FileSystem, LogFile } from '../file/file-system.ts';
import { type ControlType, decodeControlRecord } from '../record/control-record.ts';
import type { BatchHeader } from '../record/batch-header.ts';
import { BatchWalk, type WalkEnd } from './batch-walk.ts';
import type { Findings } from './finding.ts';
import { IndexAudit, type IndexAuditOptions } from './index-audit.ts';
import { checkRecords } from './record-check.ts';
import { LOG_SUFFIX, segmentFile } from './segment-files.ts';

export interface SegmentVerificationOptions extends IndexAuditOptions {
  /** The offset that the first batch must have; null where that is not known. */
  readonly nextOffset: number | null;
  /** Offsets may be missing: the log was compacted. */
  readonly mayHaveGaps: boolean;
  /** Told of each batch that is whole; `control` is the type of its marker, if it is a control batch. */
  readonly onBatch: (header: BatchHeader, position: number, control: ControlType | null) => void;
}

/** `again`: something looks wrong that a writer may be about to put right; to be called again after a pause. */
export type VerificationState = 'more' | 'again' | 'done';

const STEP_BYTES = 4 * 1024 * 1024;
const LOOKS_MAX = 3;

export class SegmentVerification {
  readonly #options: SegmentVerificationOptions;
  readonly #findings: Findings;
  readonly #path: string;
  readonly #file: LogFile;
  readonly #walk: BatchWalk;
  readonly #audit: IndexAudit;
  #nextOffset: number | null;
  #looks = 0;
  #isAgain = false;
  #lookedAt = -1;
  #isWhole = true;
  batches = 0;
  records = 0;
  /** Bytes of the log that were walked. */
  bytes = 0;

  constructor(system: FileSystem, findings: Findings, options: SegmentVerificationOptions) {
    this.#options = options;
    this.#findings = findings;
    this.#path = segmentFile(options.directory, options.baseOffset, LOG_SUFFIX);
    this.#file = system.open(this.#path, 'r');
    this.#audit = new IndexAudit(system, findings, options);
    this.#walk = new BatchWalk(this.#file);
    this.#nextOffset = options.nextOffset;
  }

  /** The offset after the last batch; null where the log cannot be read up to there. */
  get nextOffset(): number | null {
    return this.#nextOffset;
  }

  /** All batches could be read. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  step(): VerificationState {
    const walk = this.#walk;
    // Only now, after the pause: how long the file is, is asked anew.
    if (this.#isAgain) walk.lookAgain();
    this.#isAgain = false;
    const until = this.bytes + STEP_BYTES;
    while (walk.next()) {
      if (!walk.isValid && this.#maySettle(walk.position)) return 'again';
      this.#check();
      this.bytes = walk.position + walk.header.size;
      if (this.bytes >= until) return 'more';
    }
    const end = walk.end!;
    if (end.reason !== 'end' && end.reason !== 'zeros' && this.#maySettle(end.position)) return 'again';
    const resumes = walk.resume();
    this.#judgeEnd(end, resumes);
    if (resumes) return 'more';
    this.#audit.end(end.position, this.#isWhole);
    return 'done';
  }

  close(): void {
    this.#file.close();
  }

  /** May a writer have caused what stands at `position`, and was there no look enough? Then the next step looks again. */
  #maySettle(position: number): boolean {
    if (this.#options.settled) return false;
    if (position !== this.#lookedAt) this.#looks = 0;
    this.#lookedAt = position;
    if (++this.#looks >= LOOKS_MAX) return false;
    this.#isAgain = true;
    return true;
  }

  #check(): void {
    const { header, position, isValid } = this.#walk;
    if (!isValid) {
      this.#object('checksum', position, `the batch has checksum ${header.checksum}, which its bytes do not give`);
      this.#audit.skip(position + 1);
      this.#isWhole = false;
      this.#nextOffset = null;
      return;
    }
    this.#checkOffsets(header, position);
    const checked = this.#checkRecords(position);
    if (checked === null) return;
    this.batches++;
    this.records += header.recordCount;
    const { baseOffset, lastOffset, maxTimestamp } = header;
    this.#audit.batch({ position, baseOffset, lastOffset, maxTimestamp, ...checked });
    this.#options.onBatch(header, position, checked.control);
  }

  #checkOffsets(header: BatchHeader, position: number): void {
    const expected = this.#nextOffset;
    const { baseOffset } = header;
    this.#nextOffset = header.nextOffset;
    if (baseOffset < this.#options.baseOffset) {
      this.#object('order', position, `the batch begins with offset ${baseOffset}, which lies before the segment`);
    } else if (expected !== null && baseOffset < expected) {
      this.#object(
        'order',
        position,
        `the batch begins with offset ${baseOffset}, and the one before goes up to ${expected - 1}`,
      );
    } else if (expected !== null && baseOffset > expected && !this.#options.mayHaveGaps) {
      const missing = baseOffset - expected;
      this.#object('gap', position, `${missing} offsets are missing: ${expected} is followed by ${baseOffset}`);
    }
  }

  /** What is to be known of the records; null where they are not what the header says. */
  #checkRecords(position: number): { control: ControlType | null; offsetOfMaxTimestamp: number | null } | null {
    try {
      const { batch } = this.#walk;
      const { offsetOfMaxTimestamp, problem } = checkRecords(batch);
      if (problem !== null) this.#object('records', position, problem);
      let control: ControlType | null = null;
      if (batch.isControl) for (const record of batch) control = decodeControlRecord(record).type;
      return { control, offsetOfMaxTimestamp };
    } catch (error) {
      if (!isMillraceError(error)) throw error;
      this.#object('records', position, error.message);
      this.#isWhole = false;
      this.#audit.skip(position + 1);
      return null;
    }
  }

  #judgeEnd({ reason, position, bytesLeft, found }: WalkEnd, resumes: boolean): void {
    if (reason === 'end') return;
    const isUnwritten = reason === 'zeros' || reason === 'unpublished' || reason === 'hole';
    // A writer is there, or was killed: what it had reserved, and an append that nobody was told of.
    if (isUnwritten && !resumes && !this.#options.settled) return;
    const goesOn = resumes ? `, and the next whole batch begins at ${this.#resumedAt()}` : '';
    this.#object('batch', position, `the file ${found}, ${bytesLeft} bytes before its end${goesOn}`);
    if (reason === 'zeros') return;
    this.#isWhole = false;
    this.#nextOffset = null;
    if (resumes) this.#audit.skip(this.#resumedAt());
  }

  #resumedAt(): number {
    return this.#walk.position;
  }

  #object(kind: 'checksum' | 'batch' | 'records' | 'order' | 'gap', position: number, message: string): void {
    this.#findings.add(kind, this.#path, position, message);
  }
}
