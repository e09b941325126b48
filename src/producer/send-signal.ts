/** The signal with which the caller of a `send` takes it back. */
import { invalidArgument, MillraceError } from '../errors.ts';

/** Throws INVALID_ARGUMENT for what is none, ABORTED when it is too late to send. */
export function checkSignal(signal: unknown): void {
  if (!(signal instanceof AbortSignal)) throw invalidArgument('signal', 'an AbortSignal', signal);
  if (signal.aborted) throw abortedBy(signal);
}

export function abortedBy(signal: AbortSignal): MillraceError {
  return new MillraceError('ERR_MILLRACE_ABORTED', 'the send was taken back by its signal', { cause: signal.reason });
}
