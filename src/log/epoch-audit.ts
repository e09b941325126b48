/**
 * Do the leader epochs in the batches of a log agree with its checkpoint of them, and with each other? Told of each batch, then of the end.
 *
 * Where the two contradict each other nobody knows which is wrong: the batch is named, and the entry. A checkpoint that may be behind (`settled` is false) need not know the
 * epochs past its last.
 */
import type { BatchHeader } from '../record/batch-header.ts';
import type { Findings } from '../segment/finding.ts';
import type { EpochEntry } from './leader-epochs.ts';

/** Batches of one epoch, one after another. */
interface EpochRun {
  readonly epoch: number;
  readonly firstOffset: number;
  endOffset: number;
}

export interface EpochAuditOptions {
  readonly checkpointPath: string;
  /** Null where there is no checkpoint, or it cannot be read. */
  readonly entries: readonly EpochEntry[] | null;
  readonly settled: boolean;
  /** Batches between two may be gone: the log was compacted. */
  readonly mayHaveGaps: boolean;
  /** Where the log was last said to start. */
  readonly startOffset: number;
}

export class EpochAudit {
  readonly #findings: Findings;
  readonly #options: EpochAuditOptions;
  readonly #runs: EpochRun[] = [];
  #slot = -1;
  /** The contradiction that was told last: all batches up to the next entry have the same. */
  #told = '';

  constructor(findings: Findings, options: EpochAuditOptions) {
    this.#findings = findings;
    this.#options = options;
  }

  batch(header: BatchHeader, path: string, position: number): void {
    const { leaderEpoch, baseOffset, nextOffset } = header;
    const last = this.#runs.at(-1);
    if (last !== undefined && leaderEpoch !== -1 && leaderEpoch < last.epoch) {
      const message = `the batch has leader epoch ${leaderEpoch}, and one before it has ${last.epoch}`;
      this.#findings.add('order', path, position, message);
    }
    if (last?.epoch === leaderEpoch) last.endOffset = nextOffset;
    else this.#runs.push({ epoch: leaderEpoch, firstOffset: baseOffset, endOffset: nextOffset });
    this.#compare(header, path, position);
  }

  /** To be called when all of the log could be read: from `baseOffset`, where its first segment begins, to `endOffset`. */
  end(baseOffset: number, endOffset: number): void {
    const { entries, mayHaveGaps, checkpointPath, settled } = this.#options;
    const startOffset = Math.max(baseOffset, this.#options.startOffset);
    const first = entries?.[0];
    if (
      settled &&
      first !== undefined &&
      first.startOffset > startOffset &&
      this.#runs.some(({ epoch }) => epoch >= 0)
    ) {
      const message = `the first epoch begins at ${first.startOffset}, and the log at ${startOffset}`;
      this.#findings.add('checkpoint', checkpointPath, null, message);
    }
    entries?.forEach(({ epoch, startOffset: offset }, i) => {
      const run = this.#runs.find((each) => each.epoch === epoch);
      const object = (found: string): void =>
        this.#findings.add('checkpoint', checkpointPath, null, `epoch ${epoch} begins at ${offset}, and ${found}`);
      if (offset > endOffset) object(`the log ends at ${endOffset}`);
      else if (run === undefined) {
        if (offset < endOffset && !mayHaveGaps) object('no batch has that epoch');
      } else if (i > 0 ? run.firstOffset < offset : run.endOffset <= offset) {
        object(`the log has it from ${run.firstOffset} on`);
      } else if (run.firstOffset > Math.max(offset, startOffset) && !mayHaveGaps) {
        object(`the first batch that has it begins at ${run.firstOffset}`);
      }
    });
  }

  #compare({ leaderEpoch, baseOffset }: BatchHeader, path: string, position: number): void {
    const { entries, settled } = this.#options;
    if (entries === null) return;
    while (this.#slot + 1 < entries.length && entries[this.#slot + 1].startOffset <= baseOffset) this.#slot++;
    // What lies before the first entry was before the log's start when the file was written.
    const known = this.#slot >= 0 ? entries[this.#slot].epoch : entries.length === 0 ? -1 : leaderEpoch;
    if (known === leaderEpoch || (!settled && leaderEpoch > (entries.at(-1)?.epoch ?? -1))) return;
    const contradiction = `${leaderEpoch} ${known}`;
    if (contradiction === this.#told) return;
    this.#told = contradiction;
    const message = `the batch of offset ${baseOffset} has leader epoch ${leaderEpoch}, and the checkpoint of the epochs has ${known}`;
    this.#findings.add('order', path, position, message);
  }
}
