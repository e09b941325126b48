/**
 * Offsets in a file, as Kafka's kafka-consumer-groups writes and reads them: lines of `topic,partition,offset`, or of `group,topic,partition,offset`. A name with
 * a comma or a quotation mark stands in quotation marks.
 */
import { MillraceError } from '../../errors.ts';
import type { Offset, TopicPartition } from '../../types.ts';

export interface FileOffset extends TopicPartition {
  readonly offset: Offset;
}

/** Those of the group; `path` is for the message. ERR_MILLRACE_INVALID_ARGUMENT with the number of a line that is none. */
export function parseOffsets(text: string, group: string, path: string): FileOffset[] {
  const found: FileOffset[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const fields = fieldsOf(line);
    const [topic, partition, offset] = fields.slice(-3);
    const isGood = (fields.length === 3 || fields.length === 4) && isWhole(partition) && isWhole(offset);
    if (!isGood) {
      const message = `line ${i + 1} of ${path} is not topic,partition,offset or group,topic,partition,offset`;
      throw new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', message);
    }
    if (fields.length === 3 || fields[0] === group)
      found.push({ topic, partition: Number(partition), offset: Number(offset) });
  }
  return found;
}

export function showOffset({ topic, partition, offset }: FileOffset): string {
  return `${topic},${partition},${offset}`;
}

function fieldsOf(line: string): string[] {
  return Array.from(line.matchAll(/(?:^|,)\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(?=,|$)/g), ([, quoted, plain]) =>
    quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'),
  );
}

function isWhole(text: string): boolean {
  return /^\d+$/.test(text) && Number.isSafeInteger(Number(text));
}
