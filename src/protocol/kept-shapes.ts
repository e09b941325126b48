/**
 * A writer and a reader, kept for as long as the process lives; nobody uses them. Both live for one message only, so that a full garbage collection between
 * two messages would find none, and V8 would throw away what it has compiled for their shapes: all codecs (docs/decisions/0011).
 */
import { MessageReader } from './message-reader.ts';
import { MessageWriter } from './message-writer.ts';

export const keptShapes = [new MessageWriter(), new MessageReader(Buffer.alloc(0), 'nothing')] as const;
// What it has of a slab is for the next writer.
keptShapes[0].pieces();
