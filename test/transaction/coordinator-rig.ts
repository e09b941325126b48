/** A coordinator with a driver that does at once what it is told, and keeps what it did; or leaves it to the test. */
import { TransactionCoordinator, type CoordinatorOptions } from '#millrace/transaction/coordinator.js';
import type { Answer, Step, TransactionMarkers, TransactionWrite } from '#millrace/transaction/coordinator-step.js';
import type { TransactionMetadata } from '#millrace/transaction/transaction-metadata.js';

export const ID = 'mover';
export const P0 = { topic: 'orders', partition: 0 };
export const P1 = { topic: 'orders', partition: 1 };

export class Rig {
  now = 1_000;
  /** What is in the log, in its order; null is a tombstone. */
  readonly log: [string, TransactionMetadata | null][] = [];
  readonly markers: TransactionMarkers[] = [];
  readonly coordinator: TransactionCoordinator;
  readonly options: CoordinatorOptions;
  #producerId = 100;

  constructor(options: Partial<CoordinatorOptions> = {}) {
    this.options = {
      clock: { now: () => this.now },
      nextProducerId: () => this.#producerId++,
      version: 2,
      timeoutMsMax: 900_000,
      expirationMs: 604_800_000,
      ...options,
    };
    this.coordinator = new TransactionCoordinator(this.options);
  }

  /** Does what a step says, and all that follows from it. */
  run(step: Step): Answer {
    if (step.do === 'answer') return step.answer;
    if (step.do === 'write') return this.run(this.write(step.write));
    this.markers.push(step.markers);
    let complete: TransactionWrite | null = null;
    for (const partition of step.markers.partitions) {
      complete = this.coordinator.marked(step.markers.transactionalId, partition);
    }
    this.run({ do: 'write', write: complete! });
    return step.answer;
  }

  write(write: TransactionWrite): Step {
    this.log.push([write.transactionalId, write.value]);
    return this.coordinator.written(write);
  }

  init(expected: [number, number] | null = null, timeoutMs = 60_000): Answer {
    const given = expected === null ? null : { producerId: expected[0], producerEpoch: expected[1] };
    return this.run(this.coordinator.init({ transactionalId: ID, timeoutMs, expected: given }));
  }

  add(producerId: number, producerEpoch: number, partitions = [P0], clientVersion = this.options.version): Answer {
    const request = { transactionalId: ID, producerId, producerEpoch, partitions, clientVersion };
    return this.run(this.coordinator.addPartitions(request));
  }

  end(type: 'commit' | 'abort', producerId: number, producerEpoch: number): Answer {
    return this.run(this.endStep(type, producerId, producerEpoch));
  }

  endStep(type: 'commit' | 'abort', producerId: number, producerEpoch: number): Step {
    const clientVersion = this.options.version;
    return this.coordinator.end({ transactionalId: ID, producerId, producerEpoch, type, clientVersion });
  }

  get metadata(): TransactionMetadata {
    return this.coordinator.get(ID)!.metadata;
  }

  /** As after so many transactions that its epoch is this. */
  age(producerEpoch: number): void {
    this.coordinator.load([[ID, { ...this.metadata, producerEpoch }]]);
  }

  states(): (string | null)[] {
    return this.log.map(([, value]) => value?.state ?? null);
  }

  /** A coordinator that begins with what is in the log, its steps not done. */
  reload(): { rig: Rig; steps: Step[] } {
    const rig = new Rig({ ...this.options, clock: { now: () => this.now }, nextProducerId: () => this.#producerId++ });
    const latest = new Map<string, TransactionMetadata>();
    for (const [id, value] of this.log) {
      if (value === null) latest.delete(id);
      // The last epoch is not written.
      else latest.set(id, { ...value, lastProducerEpoch: -1 });
    }
    return { rig, steps: rig.coordinator.load(latest) };
  }
}

/** An answer as the tests compare it. */
export function short({ error, producerId, producerEpoch }: Answer): string {
  return error ?? `${producerId}/${producerEpoch}`;
}
