/** What goes over a connection at once: the int32 length of what follows, and what follows. */
import { MillraceError } from '../errors.ts';
import { writeInt32 } from './integers.ts';
import { MessageWriter } from './message-writer.ts';

/** Of the length in front of a frame. */
export const LENGTH_SIZE = 4;
const FRAME_SIZE_MAX = 0x7fff_ffff;

/** The pieces of a frame whose content `write` writes. */
export function framePieces(write: (writer: MessageWriter) => void): Uint8Array[] {
  const writer = new MessageWriter().int32(0);
  write(writer);
  const size = writer.size - LENGTH_SIZE;
  if (size > FRAME_SIZE_MAX) throw new MillraceError('ERR_MILLRACE_TOO_LARGE', `a frame of ${size} bytes`);
  const pieces = writer.pieces();
  writeInt32(pieces[0], 0, size);
  return pieces;
}
