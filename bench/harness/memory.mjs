/**
 * Memory for what a round writes. The host of a virtual machine takes free memory back after a while, and the first touch of each page is then a fault of the host's, which can
 * take longer than what is measured: whoever comes first would pay for it.
 */
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const PIECE = Buffer.alloc(1 << 20, 1);

/** Writes a file of about that size into a directory and removes it: what it takes is the next to be given out, and the host has it. */
export function bringMemoryIn(directory, size) {
  const path = join(directory, 'memory');
  const file = openSync(path, 'w');
  try {
    for (let written = 0; written < size; written += PIECE.length) writeSync(file, PIECE);
  } finally {
    closeSync(file);
    unlinkSync(path);
  }
}
