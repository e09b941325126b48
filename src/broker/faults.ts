/**
 * Faults that a test injects into a broker: of which API, how often, and what goes wrong. A broker that is given none does not ask.
 *
 *     const faults = new Faults();
 *     const broker = await startBroker({ port: 0, data: 'memory', faults });
 *     const fault = faults.on('produce', { times: 2, errorCode: 'NOT_LEADER_OR_FOLLOWER' });
 *     ...
 *     fault.count; // requests that it has met
 *     faults.clear();
 *
 * A request meets the first fault that is for it, in the order in which they were injected.
 */
import { invalidArgument, MillraceError, show } from '../errors.ts';
import type { Api } from '../protocol/api.ts';
import { apis } from '../protocol/apis.ts';
import { kafkaErrorCodes, type KafkaErrorName } from '../protocol/error-code.ts';
import { suggestion } from '../store/nearest-name.ts';
import { errorAnswer } from './error-answer.ts';
import type { Call, Message } from './handler.ts';

/** As in `millrace/protocol`: `produce`, `fetch`, `listOffsets`, ... */
export type FaultyApi = keyof typeof apis;

/** What a fault may go by. */
export interface FaultyRequest {
  /** The request as decoded. */
  readonly message: object;
  readonly version: number;
  readonly clientId: string | null;
}

/** What goes wrong: at least one thing. */
export interface Fault {
  /** Requests that meet it; default: all, until it is taken back. */
  readonly times?: number;
  /** Which requests it is for; default: all of the API. */
  readonly when?: (request: FaultyRequest) => boolean;
  /** Nothing is done, and everything that was asked for is answered with this error. A request whose answer has no place for an error does not meet the fault. */
  readonly errorCode?: KafkaErrorName;
  /** The connection is closed without an answer: before the `request` is handled, or after it, so that only the `answer` is lost. */
  readonly drop?: 'request' | 'answer';
  /** Milliseconds of the broker's clock before anything else happens; later requests of the connection wait too. */
  readonly delayMs?: number;
  /**
   * Of `produce`. `ENOSPC`: the disk is full, nothing is appended, and clients are told KAFKA_STORAGE_ERROR. `EIO`: the disk has failed; the data
   * directory is offline from then on, until a broker opens it again.
   */
  readonly disk?: 'ENOSPC' | 'EIO';
}

export interface InjectedFault {
  /** Requests that have met it. */
  readonly count: number;
  /** No request meets it any more. */
  remove(): void;
}

/** A fault that a request meets. */
export interface AppliedFault extends Fault {
  /** In place of what the handler says. */
  readonly answer: Message | null;
}

interface Injected {
  readonly api: Api;
  readonly fault: Fault;
  count: number;
}

const NAMES: readonly string[] = ['times', 'when', 'errorCode', 'drop', 'delayMs', 'disk'];

export class Faults {
  readonly #injected = new Set<Injected>();

  /** Throws ERR_MILLRACE_INVALID_ARGUMENT for an API that there is none of, and for a fault that is none. */
  on(api: FaultyApi, fault: Fault): InjectedFault {
    if (!Object.hasOwn(apis, api)) {
      const hint = suggestion(api, Object.keys(apis));
      throw new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', `${show(api)} is no API${hint}`);
    }
    checkFault(api, fault);
    const injected: Injected = { api: apis[api], fault, count: 0 };
    this.#injected.add(injected);
    return {
      get count() {
        return injected.count;
      },
      remove: () => void this.#injected.delete(injected),
    };
  }

  /** Takes all of them back. */
  clear(): void {
    this.#injected.clear();
  }

  /** What this request meets, or null; it counts then. Called by the broker. */
  take(api: Api, message: object, { version, clientId }: Pick<Call, 'version' | 'clientId'>): AppliedFault | null {
    for (const injected of this.#injected) {
      const { fault, count } = injected;
      if (injected.api.key !== api.key || count >= (fault.times ?? Infinity)) continue;
      if (fault.when !== undefined && !fault.when({ message, version, clientId })) continue;
      const name = fault.disk === 'ENOSPC' ? 'KAFKA_STORAGE_ERROR' : fault.errorCode;
      const answer = name === undefined ? null : errorAnswer(api, version, message, kafkaErrorCodes[name]);
      if (name !== undefined && answer === null) continue;
      injected.count++;
      return { ...fault, answer };
    }
    return null;
  }
}

function checkFault(api: FaultyApi, fault: Fault): void {
  if (typeof fault !== 'object' || fault === null) throw invalidArgument('fault', 'an object', fault);
  const unknown = Object.keys(fault).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw invalidArgument('fault', NAMES.join(', '), unknown);
  const { times = 1, when, errorCode, drop, delayMs, disk } = fault;
  if (!(times >= 1)) throw invalidArgument('times', 'a number from 1 on', times);
  if (when !== undefined && typeof when !== 'function') throw invalidArgument('when', 'a function', when);
  if (errorCode !== undefined && !(kafkaErrorCodes[errorCode] !== 0 && Object.hasOwn(kafkaErrorCodes, errorCode)))
    throw invalidArgument('errorCode', "the name of one of Kafka's errors", errorCode);
  if (drop !== undefined && drop !== 'request' && drop !== 'answer')
    throw invalidArgument('drop', "'request' or 'answer'", drop);
  if (delayMs !== undefined && !(delayMs >= 0)) throw invalidArgument('delayMs', 'milliseconds from 0 on', delayMs);
  if (disk !== undefined && disk !== 'ENOSPC' && disk !== 'EIO')
    throw invalidArgument('disk', "'ENOSPC' or 'EIO'", disk);
  if (disk !== undefined && api !== 'produce') throw invalidArgument('disk', 'a fault of produce', api);
  if ([errorCode, drop, delayMs, disk].every((each) => each === undefined))
    throw invalidArgument('fault', 'one of errorCode, drop, delayMs, disk', fault);
}
