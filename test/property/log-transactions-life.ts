/** Transactions in the random life of a log: appends of three producers, commits and aborts, for compaction to tell apart. */
import type { Receipt } from '#millrace/log/receipt.js';
import type { RecordInput } from '#millrace/types.js';
import { TestProducer } from '../support/test-producer.ts';
import { randomRecords } from './log-input.ts';
import type { LogScene } from './log-scene.ts';

const PRODUCERS = 3;

export class TransactionsLife {
  readonly #scene: LogScene;
  readonly #appended: (records: readonly RecordInput[], epoch: number, receipt: Receipt) => void;
  readonly #producers: readonly TestProducer[];

  /** `appended` takes into the model what was appended. */
  constructor(scene: LogScene, appended: (records: readonly RecordInput[], epoch: number, receipt: Receipt) => void) {
    this.#scene = scene;
    this.#appended = appended;
    this.#producers = Array.from({ length: PRODUCERS }, (_, i) => new TestProducer(() => scene.log, i, true));
  }

  append(): void {
    const producer = this.#producer();
    const records = randomRecords(this.#scene.random);
    this.#scene.detail(`${producer.producerId} ${records.length}`);
    this.#scene.guarded(() => {
      this.#took(records, producer.append(records));
    }, 'ERR_MILLRACE_TOO_LARGE');
  }

  end(): void {
    const producer = this.#producer();
    const type = this.#scene.random.pick(['commit', 'commit', 'abort'] as const);
    this.#scene.detail(`${producer.producerId} ${type}`);
    const key = Buffer.from([0, 0, 0, type === 'commit' ? 1 : 0]);
    this.#scene.guarded(() => {
      this.#took([{ key, value: Buffer.alloc(6) }], producer.end(type));
    });
  }

  /** They have the epoch that was the last one, perhaps of a batch that was open until now. */
  #took(records: readonly RecordInput[], receipt: Receipt): void {
    this.#appended(records, this.#scene.log.leaderEpochs.latest, receipt);
  }

  /** Where it goes on: a crash or a cut may have taken what it wrote last. */
  #producer(): TestProducer {
    const producer = this.#scene.random.pick(this.#producers);
    const known = this.#scene.log.activeProducers.find(({ producerId }) => producerId === producer.producerId);
    producer.sequence = known === undefined ? 0 : (known.lastSequence + 1) % 2 ** 31;
    return producer;
  }
}
