/** What a topic may be called: Kafka's rule, since a topic's name is part of a directory's. (org.apache.kafka.common.internals.Topic.) */
import { MillraceError, show } from '../errors.ts';
import { TOPIC_NAME_LENGTH_MAX } from '../limits.ts';

/** The log of a KRaft controller, which may lie in the same directory: no topic, and not ours to touch. */
export const METADATA_TOPIC = '__cluster_metadata';

const NAME = /^[a-zA-Z0-9._-]+$/;

export function isTopicName(name: unknown): name is string {
  return whyInvalid(name) === null;
}

/** Throws ERR_MILLRACE_INVALID_TOPIC for what Kafka would not call a topic. */
export function checkTopicName(name: unknown): asserts name is string {
  const reason = whyInvalid(name);
  if (reason !== null) throw new MillraceError('ERR_MILLRACE_INVALID_TOPIC', `topic name ${show(name)} ${reason}`);
}

function whyInvalid(name: unknown): string | null {
  if (typeof name !== 'string') return 'must be a string';
  if (name === '') return 'must not be empty';
  if (name === '.' || name === '..') return 'is a directory of its own';
  if (name.length > TOPIC_NAME_LENGTH_MAX)
    return `has ${name.length} characters, at most ${TOPIC_NAME_LENGTH_MAX} are allowed`;
  if (!NAME.test(name)) return 'has other characters than a-z, A-Z, 0-9, ".", "_" and "-"';
  return null;
}

/** Kafka's metrics write `.` as `_`: two topics that differ in nothing else cannot be told apart there. */
export function collides(a: string, b: string): boolean {
  return a !== b && a.replaceAll('.', '_') === b.replaceAll('.', '_');
}
