/** What a coordinator answers where its log could not be written: Kafka's clients come again, and look for the coordinator first where it helps. */
import { isMillraceError } from '../errors.ts';
import type { KafkaErrorName } from '../protocol/error-code.ts';

/** Of our own bugs nobody is told: they are thrown on. */
export function coordinatorFailure(error: unknown): KafkaErrorName {
  if (!isMillraceError(error)) throw error;
  switch (error.code) {
    case 'ERR_MILLRACE_NO_SPACE':
    case 'ERR_MILLRACE_UNKNOWN_TOPIC':
      return 'COORDINATOR_NOT_AVAILABLE';
    case 'ERR_MILLRACE_OFFLINE':
    case 'ERR_MILLRACE_CLOSED':
    case 'ERR_MILLRACE_IO':
    case 'ERR_MILLRACE_TRUNCATED':
      return 'NOT_COORDINATOR';
    case 'ERR_MILLRACE_PRODUCER_FENCED':
      return 'INVALID_PRODUCER_EPOCH';
    case 'ERR_MILLRACE_TRANSACTION_STATE':
      return 'INVALID_TXN_STATE';
    case 'ERR_MILLRACE_TOO_LARGE':
      return 'INVALID_COMMIT_OFFSET_SIZE';
    default:
      return 'UNKNOWN_SERVER_ERROR';
  }
}

/** Of records of groups themselves: INVALID_COMMIT_OFFSET_SIZE is for whoever commits. (GroupMetadataManager.appendGroupMetadataErrorToResponseError) */
export function groupFailure(error: unknown): KafkaErrorName {
  return isMillraceError(error, 'ERR_MILLRACE_TOO_LARGE') ? 'UNKNOWN_SERVER_ERROR' : coordinatorFailure(error);
}
