/**
 * Seeded records that go round the corners of the format, and the topics that the judge is shown.
 *
 * The same seed gives the same bytes, but for what the engine adds itself (LogAppendTime, topic ids).
 */
import zlib from 'node:zlib';

/** 2025-10-09T08:53:20Z */
const EPOCH = 1_760_000_000_000;
/** Node compresses zstd from 22.15 on. */
export const HAS_ZSTD = typeof zlib.zstdCompressSync === 'function';
const CODECS = ['none', 'gzip', 'snappy', 'lz4', ...(HAS_ZSTD ? ['zstd'] : [])];
const TEXT = 'a mill race carries the water to the wheel and the tail race carries it away again ';

/** A small generator with a 32-bit state (mulberry32). */
export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** A whole number in [0, bound). */
  below(bound) {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * bound);
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** Bytes, half of the time text that packs well and half noise that does not. */
  bytes(size) {
    if (this.below(2) === 0) {
      const from = this.below(TEXT.length);
      return Buffer.from(TEXT.repeat(Math.ceil((size + from) / TEXT.length)).slice(from, from + size));
    }
    return Buffer.from({ length: size }, () => this.below(256));
  }
}

export class RecordStream {
  #random;
  #clock = EPOCH;

  constructor(random) {
    this.#random = random;
  }

  batch(count, valueBytesMax) {
    return Array.from({ length: count }, () => this.#record(valueBytesMax));
  }

  #record(valueBytesMax) {
    const random = this.#random;
    this.#clock += random.below(50);
    // One in eight is late, by up to a minute.
    const late = random.below(8) === 0 ? random.below(60_000) : 0;
    const record = { key: this.#key(), value: this.#value(valueBytesMax), timestamp: this.#clock - late };
    const headers = this.#headers();
    return headers.length === 0 ? record : { ...record, headers };
  }

  #key() {
    const kind = this.#random.below(6);
    if (kind === 0) return null;
    if (kind === 1) return Buffer.alloc(0);
    return `key-${this.#random.below(1000)}`;
  }

  #value(bytesMax) {
    const kind = this.#random.below(12);
    if (kind === 0) return null;
    if (kind === 1) return Buffer.alloc(0);
    return this.#random.bytes(this.#random.below(bytesMax));
  }

  #headers() {
    const random = this.#random;
    return Array.from({ length: Math.max(0, random.below(6) - 2) }, () => [
      random.pick(['trace', 'same', 'same', '', 'größe-尺寸']),
      random.pick([null, Buffer.alloc(0), 'short', random.bytes(random.below(80))]),
    ]);
  }
}

/** name, partitions, config; batches a partition, records a batch and bytes a value at most; the codec of a partition's batch. */
export const TOPICS = [
  {
    name: 'codecs',
    partitions: CODECS.length,
    config: { 'segment.bytes': 32_768 },
    batches: 150,
    records: 20,
    valueBytes: 400,
    codec: (partition) => CODECS[partition],
  },
  {
    name: 'mixed',
    partitions: 1,
    config: { 'segment.bytes': 65_536, 'index.interval.bytes': 1024 },
    batches: 400,
    records: 12,
    valueBytes: 300,
    codec: (_, random) => random.pick(CODECS),
  },
  {
    name: 'full-index',
    partitions: 1,
    config: { 'segment.bytes': 1 << 20, 'segment.index.bytes': 120, 'index.interval.bytes': 256 },
    batches: 200,
    records: 8,
    valueBytes: 200,
    codec: () => 'none',
  },
  {
    name: 'stamped',
    partitions: 1,
    config: { 'segment.bytes': 16_384, 'message.timestamp.type': 'LogAppendTime' },
    batches: 150,
    records: 8,
    valueBytes: 200,
    codec: (_, random) => random.pick(CODECS),
  },
  {
    name: 'large',
    partitions: 1,
    config: { 'segment.bytes': 1 << 20 },
    batches: 30,
    records: 4,
    valueBytes: 150_000,
    codec: (_, random) => random.pick(CODECS),
  },
];

/** The topic whose directory is damaged: small, so that each byte of its last batch can be a case. */
export const SMALL_TOPIC = {
  name: 'small',
  partitions: 1,
  config: { 'segment.bytes': 4096, 'index.interval.bytes': 512 },
  batches: 90,
  records: 3,
  valueBytes: 90,
  codec: (_, random) => random.pick(['none', 'none', 'lz4', 'gzip']),
};

/** One round of appends to a partition. Yields after each batch what `append` returned. */
export function* appendBatches(log, topic, partition, random, batches = topic.batches) {
  const stream = new RecordStream(random);
  for (let i = 0; i < batches; i++) {
    const records = stream.batch(1 + random.below(topic.records), topic.valueBytes);
    yield log.append(records, { compression: topic.codec(partition, random) });
  }
}
