/**
 * Where offsets are reset to, as the options of `millrace group reset-offsets` say it: those of Kafka's kafka-consumer-groups.
 */
import { InvalidArgumentError } from 'commander';
import type { LogReader } from '../../log/log-reader.ts';
import type { Offset } from '../../types.ts';
import { parseStart } from '../consume/start-position.ts';

export type OffsetTarget =
  | { readonly kind: 'earliest' | 'latest' | 'current' }
  | { readonly kind: 'offset' | 'shift' | 'timestamp'; readonly value: number };

export interface NewOffset {
  readonly offset: Offset;
  /** What was asked for and could not be; null where it could. */
  readonly note: string | null;
}

const DURATION = /^P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,9})?)S)?)?$/;

/** `PnDTnHnMnS`, in milliseconds. */
export function parseDuration(text: string): number {
  const match = DURATION.exec(text);
  if (match === null) throw new InvalidArgumentError('Expected an ISO 8601 duration such as PT2H30M or P1DT12H.');
  const [days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0));
  return Math.round(1000 * (((days * 24 + hours) * 60 + minutes) * 60 + seconds));
}

/** In milliseconds since 1970. */
export function parseTime(text: string): number {
  const start = parseStart(text);
  if (start.kind === 'timestamp') return start.value;
  throw new InvalidArgumentError('Expected an ISO 8601 time, or @ and milliseconds since 1970.');
}

export function parseShift(text: string): number {
  const value = Number(text);
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError('Expected a whole number, below 0 to go back.');
}

/** Where a group goes on that has committed `current`, null for nothing, in a log; always within it. Null where that cannot be said: a shift of nothing. */
export function newOffset(log: LogReader, current: Offset | null, target: OffsetTarget): NewOffset | null {
  const { startOffset, endOffset } = log;
  switch (target.kind) {
    case 'earliest':
      return { offset: startOffset, note: null };
    case 'latest':
      return { offset: endOffset, note: null };
    case 'current':
      if (current === null) return { offset: endOffset, note: 'nothing is committed: the end' };
      return within(log, current);
    case 'shift':
      return current === null ? null : within(log, current + target.value);
    case 'timestamp': {
      const found = log.offsetForTimestamp(target.value);
      if (found === null) return { offset: endOffset, note: 'no record is of that time or later: the end' };
      return within(log, found.offset);
    }
    default:
      return within(log, target.value);
  }
}

/** The nearest offset that the log has. */
export function within({ startOffset, endOffset }: LogReader, offset: Offset): NewOffset {
  if (offset < startOffset) return { offset: startOffset, note: `${offset} is before the start` };
  if (offset > endOffset) return { offset: endOffset, note: `${offset} is past the end` };
  return { offset, note: null };
}
