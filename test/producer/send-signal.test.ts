import { expect, test } from 'vitest';
import { abortedBy, checkSignal } from '#millrace/producer/send-signal.js';

test('a signal that can still take a send back', () => {
  expect(() => checkSignal(new AbortController().signal)).not.toThrow();
  for (const none of [null, {}, 'signal'])
    expect(() => checkSignal(none)).toThrow(
      expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' }) as Error,
    );
});

test('one that was aborted says why', () => {
  const signal = AbortSignal.abort('too late');
  expect(() => checkSignal(signal)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_ABORTED' }) as Error);
  expect(abortedBy(signal).cause).toBe('too late');
});
