/**
 * How many bytes a second somebody has moved lately, measured as Kafka's quotas do, and for how long to wait so that it is no more than a limit.
 *
 * Samples of a second each (`quota.window.size.seconds`), the eleven last ones (`quota.window.num`) and one that overlaps them. The rate is their sum over the time since
 * the oldest one began, and over ten seconds at least: so who begins may move ten seconds' worth at once.
 * (org.apache.kafka.common.metrics.stats.Rate over a WindowedSum; QuotaUtils.throttleTime.)
 */
import { QUOTA_SAMPLE_MS_DEFAULT, QUOTA_SAMPLES_DEFAULT, THROTTLE_MS_MAX } from '../limits.ts';
import type { Timestamp } from '../types.ts';

export interface RateWindow {
  /** `quota.window.num`. */
  readonly samples: number;
  /** `quota.window.size.seconds`, in milliseconds. */
  readonly sampleMs: number;
}

export const RATE_WINDOW_DEFAULT: RateWindow = { samples: QUOTA_SAMPLES_DEFAULT, sampleMs: QUOTA_SAMPLE_MS_DEFAULT };

interface Sample {
  bytes: number;
  startMs: Timestamp;
  /** When something was last added to it. */
  lastMs: Timestamp;
}

export class ByteRate {
  readonly #window: RateWindow;
  /** A ring, that grows to one more than the window's samples. */
  readonly #samples: Sample[] = [];
  #current = 0;

  constructor(window: RateWindow = RATE_WINDOW_DEFAULT) {
    this.#window = window;
  }

  /** Negative bytes take back what was recorded and did not happen. */
  record(bytes: number, now: Timestamp): void {
    const sample = this.#sampleAt(now);
    sample.bytes += bytes;
    sample.lastMs = now;
  }

  /** Bytes a second. */
  rate(now: Timestamp): number {
    this.#forget(now);
    return this.#sum() / (this.#elapsedMs(now) / 1000);
  }

  /** For how long nothing more may be moved, so that the rate comes down to `limit` bytes a second; 0 when it is not above. */
  throttleMs(limit: number, now: Timestamp): number {
    const rate = this.rate(now);
    if (rate <= limit) return 0;
    return Math.min(Math.round(((rate - limit) / limit) * this.#elapsedMs(now)), THROTTLE_MS_MAX);
  }

  #sampleAt(now: Timestamp): Sample {
    const current = this.#samples[this.#current];
    if (current !== undefined && now - current.startMs < this.#window.sampleMs) return current;
    if (current !== undefined) this.#current = (this.#current + 1) % (this.#window.samples + 1);
    return (this.#samples[this.#current] = { bytes: 0, startMs: now, lastMs: now });
  }

  /** Empties samples in which nothing has happened for a window; one that began before it and goes into it counts whole. */
  #forget(now: Timestamp): void {
    const { samples, sampleMs } = this.#window;
    for (const sample of this.#samples) {
      if (now - sample.lastMs < samples * sampleMs) continue;
      sample.bytes = 0;
      sample.startMs = now;
      sample.lastMs = now;
    }
  }

  #sum(): number {
    let sum = 0;
    for (const { bytes } of this.#samples) sum += bytes;
    return sum;
  }

  #elapsedMs(now: Timestamp): number {
    const { samples, sampleMs } = this.#window;
    // Who measures before anything was recorded begins the first sample.
    let oldest = this.#samples.length === 0 ? this.#sampleAt(now).startMs : now;
    for (const { startMs } of this.#samples) oldest = Math.min(oldest, startMs);
    const elapsed = now - oldest;
    const missing = samples - 1 - Math.floor(elapsed / sampleMs);
    return Math.max(missing > 0 ? elapsed + missing * sampleMs : elapsed, 1);
  }
}
