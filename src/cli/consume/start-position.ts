/**
 * Where reading begins, as `--from` says it:
 *
 *     beginning, end            or Kafka's words for them: earliest, latest
 *     max-timestamp             the first record with the largest timestamp
 *     1200                      an offset
 *     -10                       so many offsets before the end
 *     2026-11-25T18:00:00Z      the first record of that time or later; a date, or a time, without a zone is local
 *     @1764093600000            the same, in milliseconds since 1970
 */
import { InvalidArgumentError } from 'commander';
import { MillraceError } from '../../errors.ts';
import type { LogReader } from '../../log/log-reader.ts';

export type StartPosition =
  | { readonly kind: 'beginning' | 'end' | 'max-timestamp' }
  | { readonly kind: 'offset' | 'before-end' | 'timestamp'; readonly value: number };

const DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;

export function parseStart(text: string): StartPosition {
  if (text === 'beginning' || text === 'end' || text === 'max-timestamp') return { kind: text };
  if (text === 'earliest' || text === 'latest') return { kind: text === 'earliest' ? 'beginning' : 'end' };
  if (/^\d+$/.test(text)) return { kind: 'offset', value: safe(text, Number(text)) };
  if (/^-\d+$/.test(text)) return { kind: 'before-end', value: safe(text, -Number(text)) };
  if (/^@-?\d+$/.test(text)) return { kind: 'timestamp', value: safe(text, Number(text.slice(1))) };
  if (DATE.test(text)) {
    // Of a date alone, JavaScript would take the time to be that of Greenwich.
    const time = Date.parse(text.length === 10 ? `${text}T00:00` : text.replace(' ', 'T'));
    if (Number.isFinite(time)) return { kind: 'timestamp', value: time };
  }
  throw new InvalidArgumentError(
    'Expected beginning, end, max-timestamp, an offset, -N, an ISO 8601 time, or @ and milliseconds.',
  );
}

/** The offset to begin at; ERR_MILLRACE_OFFSET_OUT_OF_RANGE for one that the log does not have. */
export function startOffset(log: LogReader, start: StartPosition, name: string): number {
  switch (start.kind) {
    case 'beginning':
      return log.startOffset;
    case 'end':
      return log.endOffset;
    case 'before-end':
      return Math.max(log.startOffset, log.endOffset - start.value);
    case 'max-timestamp':
      return log.offsetOf('maxTimestamp')?.offset ?? log.endOffset;
    case 'timestamp':
      return log.offsetForTimestamp(start.value)?.offset ?? log.endOffset;
    default:
      if (start.value >= log.startOffset && start.value <= log.endOffset) return start.value;
      throw new MillraceError(
        'ERR_MILLRACE_OFFSET_OUT_OF_RANGE',
        `offset ${start.value} of ${name}: the log has ${log.startOffset} to ${log.endOffset}`,
      );
  }
}

function safe(text: string, value: number): number {
  if (Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError(`${text} is too large.`);
}
