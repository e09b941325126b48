/**
 * The log's open batch in the model test: opened, filled, sealed, given up, and sealed by whatever else moves the log's end. The model gets its
 * records when its owner is told that they are visible, and in that moment.
 */
import type { BatchOwner, OpenBatch } from '#millrace/log/open-batch.js';
import type { Receipt } from '#millrace/log/receipt.js';
import type { CompressionName, RecordInput } from '#millrace/types.js';
import { modelRecord, randomRecords } from './log-input.ts';
import { equal, fail, type ModelRecord } from './log-model.ts';
import type { LogScene } from './log-scene.ts';

/** Whom a batch tells what became of it: once. */
class Owner implements BatchOwner {
  readonly expected: ModelRecord[] = [];
  readonly epoch: number;
  readonly #scene: LogScene;
  ending: 'sealed' | 'lost' | null = null;
  isGivenUp = false;

  constructor(scene: LogScene, epoch: number) {
    this.#scene = scene;
    this.epoch = epoch;
  }

  sealed(receipt: Receipt): void {
    const { model } = this.#scene;
    this.#end('sealed', () => {
      equal(receipt.baseOffset, model.end, 'baseOffset of an open batch');
      equal(receipt.lastOffset, model.end + this.expected.length - 1, 'lastOffset of an open batch');
      for (const record of this.expected) record.batchBase = receipt.baseOffset;
      model.records.push(...this.expected);
    });
  }

  lost(error: Error): void {
    const { system, harness } = this.#scene;
    this.#end('lost', () => {
      // A full disk, among others, is no reason.
      const isDoomed = this.isGivenUp || system.fault !== null || harness.health.failure !== null;
      if (!isDoomed) throw error;
    });
  }

  #end(ending: 'sealed' | 'lost', look: () => void): void {
    this.#scene.observe(() => {
      if (this.ending !== null) fail(`a batch was ${ending} that had been ${this.ending}`);
      this.ending = ending;
      this.#scene.count(`a batch ${ending}`);
      look();
    });
  }
}

export class OpenBatchLife {
  readonly #scene: LogScene;
  #batch: OpenBatch | null = null;
  #owner: Owner | null = null;

  constructor(scene: LogScene) {
    this.#scene = scene;
  }

  /** Where the log ends once the batch is sealed. */
  get end(): number {
    return this.#scene.model.end + (this.#isOpen ? this.#owner!.expected.length : 0);
  }

  /** The process is dead: nobody is told. */
  forget(): void {
    this.#batch = null;
    this.#owner = null;
  }

  open(): void {
    const { log, random } = this.#scene;
    const leaderEpoch = this.#scene.epochOfAppend();
    const compression = random.pick<CompressionName>(['none', 'none', 'gzip']);
    this.#scene.detail(compression);
    this.#scene.guarded(() => {
      const owner = new Owner(this.#scene, leaderEpoch);
      this.#batch = log.openBatch({ owner, compression, leaderEpoch });
      this.#owner = owner;
      equal(this.#batch.baseOffset, this.#scene.model.end, 'baseOffset of a new batch');
    });
  }

  add(): void {
    for (const record of randomRecords(this.#scene.random)) {
      if (!this.#isOpen) this.open();
      if (this.#isOpen) this.#addOne(record);
    }
    this.check();
  }

  addAll(): void {
    if (!this.#isOpen) this.open();
    if (!this.#isOpen) return;
    const { random, harness } = this.#scene;
    const { time } = harness.clock;
    const records = randomRecords(random).map(({ key, value, headers }) => ({ key, value, headers }));
    const from = random.between(0, records.length - 1);
    const next = this.#batch!.addAll(records, from, records.length, time);
    this.#scene.detail(`${from} to ${next} of ${records.length}`);
    if (next < from || next > records.length) fail(`addAll from ${from} of ${records.length} returned ${next}`);
    for (const record of records.slice(from, next)) this.#added(record);
    this.check();
  }

  /** What cannot be a record leaves the batch as it was. */
  addWrong(): void {
    if (!this.#isOpen) return;
    const throwing = {
      key: Buffer.alloc(50, 1),
      get value(): string {
        throw new TypeError('from the getter');
      },
    };
    const wrong = this.#scene.random.pick<unknown>([null, { value: 7 }, { value: 'a', timestamp: 0.5 }, throwing]);
    const { size } = this.#batch!;
    const call = (): void => {
      if (this.#batch!.add(wrong as RecordInput, this.#scene.harness.clock.time)) fail('what is no record was added');
    };
    try {
      this.#scene.guarded(call, 'ERR_MILLRACE_INVALID_ARGUMENT');
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      this.#scene.detail('threw');
    }
    if (this.#isOpen) equal(this.#batch!.size, size, 'size after what is no record');
    this.check();
  }

  seal(): void {
    const batch = this.#batch;
    if (!this.#isOpen || batch!.count === 0) return;
    const owner = this.#owner!;
    if (this.#scene.guarded(() => void batch!.seal())) equal(owner.ending, 'sealed', 'the batch was');
    else if (owner.ending !== null) fail(`a batch that had no room to be sealed was ${owner.ending}`);
    this.check();
  }

  discard(): void {
    if (!this.#isOpen) return;
    const owner = this.#owner!;
    owner.isGivenUp = true;
    this.#batch!.discard(new Error('given up'));
    equal(owner.ending, owner.expected.length > 0 ? 'lost' : null, 'the batch was');
    this.check();
  }

  /** The batch holds what was added; or it has ended, and its owner knows. */
  check(): void {
    const batch = this.#batch;
    const owner = this.#owner!;
    if (this.#scene.problem !== null) throw this.#scene.problem;
    equal(this.#scene.log.hasOpenBatch, this.#isOpen, 'hasOpenBatch');
    if (batch === null) return;
    if (batch.isOpen) {
      equal(owner.ending, null, 'what the owner of an open batch was told');
      equal(batch.count, owner.expected.length, 'count of an open batch');
      equal(batch.lastOffset, this.end - 1, 'lastOffset of an open batch');
      return;
    }
    if (owner.ending === null && owner.expected.length > 0) fail('a batch ended and nobody was told');
    this.forget();
  }

  get #isOpen(): boolean {
    return this.#batch !== null && this.#batch.isOpen;
  }

  #addOne(record: RecordInput): void {
    const batch = this.#batch!;
    const { time } = this.#scene.harness.clock;
    let isAdded = false;
    const refused = !this.#scene.guarded(() => {
      isAdded = batch.add(record, time);
    }, 'ERR_MILLRACE_TOO_LARGE');
    if (isAdded) return this.#added(record);
    // A batch without a record has room for any that fits a batch at all.
    if (!refused && batch.count === 0) fail('an empty batch did not take a record');
    if (!refused) this.seal();
  }

  #added(record: RecordInput): void {
    const { expected, epoch } = this.#owner!;
    expected.push(modelRecord(record, this.end, this.#scene.harness.clock.time, epoch));
  }
}
