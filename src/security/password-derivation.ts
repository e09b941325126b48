/**
 * Passwords made into keys, by PBKDF2: RFC 5802's `Hi` with the hash's own size.
 *
 * That is milliseconds of a processor, on purpose. So it runs on libuv's threads, few at once, since those also read cold pages and files for everybody else; and
 * only so many wait, so that a flood of log-ins is refused (ERR_MILLRACE_QUEUE_FULL) and not remembered.
 */
import { pbkdf2 } from 'node:crypto';
import { MillraceError } from '../errors.ts';
import { DERIVATIONS_AT_ONCE, DERIVATIONS_WAITING_MAX } from '../limits.ts';

export interface Derivation {
  readonly digest: 'sha256' | 'sha512';
  readonly password: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
  /** Bytes of the key: those of the digest. */
  readonly size: number;
}

export interface DerivationLimits {
  readonly atOnce: number;
  readonly waitingMax: number;
}

export class PasswordDerivation {
  readonly #limits: DerivationLimits;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(limits: Partial<DerivationLimits> = {}) {
    this.#limits = { atOnce: DERIVATIONS_AT_ONCE, waitingMax: DERIVATIONS_WAITING_MAX, ...limits };
  }

  /** The salted password. */
  async derive(derivation: Derivation): Promise<Buffer> {
    await this.#turn();
    try {
      return await saltedPassword(derivation);
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  /** Settles when there is room; the caller then runs. */
  #turn(): Promise<void> | void {
    const { atOnce, waitingMax } = this.#limits;
    if (this.#running < atOnce) {
      this.#running++;
      return;
    }
    if (this.#waiting.length >= waitingMax)
      throw new MillraceError('ERR_MILLRACE_QUEUE_FULL', `${waitingMax} log-ins wait for their turn already`);
    return new Promise((resolve) => {
      this.#waiting.push(() => {
        this.#running++;
        resolve();
      });
    });
  }
}

function saltedPassword({ digest, password, salt, iterations, size }: Derivation): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    pbkdf2(password, salt, iterations, size, digest, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}
