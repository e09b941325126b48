/**
 * Producers of a partition, idempotent and transactional ones: appends that take turns, retries, commits and aborts, new epochs, and transactions that are open
 * when it ends. Records are of now: Kafka forgets producers that have not written for long.
 */
export const PRODUCER_TOPIC = {
  name: 'producers',
  partitions: 3,
  config: { 'segment.bytes': 8192, 'index.interval.bytes': 512 },
};

class TestProducer {
  #log;
  #sequence = 0;

  constructor(log, producerId, isTransactional) {
    this.#log = log;
    this.producerId = producerId;
    this.producerEpoch = 0;
    this.isTransactional = isTransactional;
    this.coordinatorEpoch = 0;
  }

  append(count, compression) {
    const { producerId, producerEpoch, isTransactional } = this;
    const records = Array.from({ length: count }, (_, i) => ({ value: `${producerId}:${this.#sequence + i}` }));
    const producer = { producerId, producerEpoch, isTransactional, baseSequence: this.#sequence };
    this.#log.append(records, { producer, compression });
    // What comes again must leave no trace.
    if (!this.#log.append(records, { producer, compression }).isDuplicate) throw new Error('a retry was written');
    this.#sequence += count;
  }

  end(type) {
    const { producerId, producerEpoch, coordinatorEpoch } = this;
    this.#log.endTransaction({ producerId, producerEpoch, coordinatorEpoch, type });
  }

  renew() {
    this.producerEpoch++;
    this.#sequence = 0;
  }
}

/** Some steps on one partition. `ids` gives producer ids. */
export function writeProducers(log, ids, random, steps = 400) {
  const producers = Array.from({ length: 6 }, (_, i) => new TestProducer(log, ids.next(), i >= 2));
  for (let step = 0; step < steps; step++) {
    const producer = random.pick(producers);
    const choice = random.below(20);
    if (choice < 11) producer.append(1 + random.below(5), random.pick(['none', 'none', 'gzip', 'lz4']));
    else if (choice < 14 && producer.isTransactional) producer.end('abort');
    else if (choice < 16 && producer.isTransactional) producer.end('commit');
    else if (choice === 16) log.append([{ value: 'of nobody' }]);
    else if (choice === 17 && random.below(4) === 0) producer.renew();
    else if (choice === 18 && random.below(6) === 0) producer.coordinatorEpoch++;
    else if (choice === 19 && random.below(10) === 0)
      log.deleteRecords(Math.min(log.endOffset, log.startOffset + random.below(20)));
  }
  // Some stay open.
  for (const producer of producers.slice(2, 4)) producer.append(1, 'none');
}

/** What is known of a log's producers, as java/LogReport.java tells it. */
export function producersOf(log) {
  return {
    lastStableOffset: log.lastStableOffset,
    abortedTransactions: log.abortedTransactions(log.startOffset, log.endOffset),
    producers: log.activeProducers
      .map(({ producerId, producerEpoch, lastSequence, lastTimestamp, coordinatorEpoch, ...rest }) => {
        const { currentTransactionFirstOffset } = rest;
        const state = { producerId, producerEpoch, lastSequence, lastTimestamp };
        return { ...state, coordinatorEpoch, currentTransactionFirstOffset };
      })
      .sort((a, b) => a.producerId - b.producerId),
  };
}
