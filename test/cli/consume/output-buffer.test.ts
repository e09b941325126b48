import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { OutputBuffer, PIECE_BYTES } from '#millrace/cli/consume/output-buffer.js';
import { Kept } from '../cli-run.ts';

test('bytes come out as they went in, whatever their sizes', async () => {
  const kept = new Kept();
  const out = new OutputBuffer(kept, new AbortController().signal);
  const parts: Buffer[] = [];
  for (let i = 0; i < 60; i++) {
    const size = [1, 1000, PIECE_BYTES / 2, PIECE_BYTES / 2 + 1, PIECE_BYTES, 3 * PIECE_BYTES, 0][i % 7];
    const bytes = Buffer.alloc(size, i);
    parts.push(bytes, Buffer.from(`é${i}`));
    out.put(bytes);
    out.text(`é${i}`);
    if (out.isFull) await out.drain();
  }
  await out.flush();
  expect(kept.bytes.equals(Buffer.concat(parts))).toBe(true);
});

test('small bytes are gathered into large pieces', async () => {
  const kept = new Kept();
  const out = new OutputBuffer(kept, new AbortController().signal);
  for (let i = 0; i < 1000; i++) out.put(Buffer.alloc(1000));
  await out.flush();
  expect(kept.chunks.length).toBeLessThanOrEqual(5);
  out.text('x'.repeat(PIECE_BYTES));
  await out.flush();
  expect(kept.bytes).toHaveLength(1_000_000 + PIECE_BYTES);
});

test('it waits for a stream that is slower, and its signal ends the wait', async () => {
  const taken: (() => void)[] = [];
  const slow = new Writable({ write: (_chunk, _encoding, callback) => void taken.push(callback) });
  const controller = new AbortController();
  const out = new OutputBuffer(slow, controller.signal);
  out.put(Buffer.alloc(PIECE_BYTES + 1));
  await out.drain();
  out.put(Buffer.alloc(PIECE_BYTES + 1));
  let drained = false;
  const draining = out.drain().then(() => (drained = true));
  await new Promise(setImmediate);
  expect(drained).toBe(false);
  taken.shift()!();
  await draining;
  const waiting = out.flush();
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'ERR_MILLRACE_ABORTED' });
});

test('a stream that fails is told of', async () => {
  const failing = new Writable({ write: (_chunk, _encoding, callback) => callback(new Error('no reader')) });
  failing.on('error', () => undefined);
  const out = new OutputBuffer(failing, new AbortController().signal);
  out.text('x');
  await expect(out.flush()).rejects.toThrow('no reader');
});

test('what is abandoned is given to the stream without a wait', () => {
  const kept = new Kept();
  const out = new OutputBuffer(kept, AbortSignal.abort());
  out.text('rest');
  out.abandon();
  expect(kept.text).toBe('rest');
});
