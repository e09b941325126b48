import { describe, expect, test } from 'vitest';
import {
  checkConsumerOptions,
  checkHandler,
  checkHandlingOptions,
  checkReadableOptions,
} from '#millrace/consumer/consumer-options.js';

const refused = (message: RegExp): object =>
  expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT', message: expect.stringMatching(message) });

describe('of a consumer', () => {
  test('defaults are those of Kafka', () => {
    const { onReset, ...rest } = checkConsumerOptions({});
    expect(rest).toEqual({
      clientId: 'consumer',
      autoOffsetReset: 'latest',
      maxBytes: 1 << 20,
      isolation: 'read_uncommitted',
    });
    expect(onReset({} as never)).toBeUndefined();
  });

  test('what is given is taken', () => {
    const given = {
      clientId: 'billing',
      autoOffsetReset: 'none',
      onReset: () => undefined,
      maxBytes: 1,
      isolation: 'read_committed',
      signal: new AbortController().signal,
    };
    expect(checkConsumerOptions(given)).toEqual(given);
  });

  test.each([
    [null, /options must be an object, got null/],
    [{ autoOffsetRest: 'latest' }, /"autoOffsetRest" is no option of a consumer; there are autoOffsetReset, /],
    [{ clientId: '' }, /clientId must be a name, got ""/],
    [{ clientId: 7 }, /clientId must be a name, got 7/],
    [{ autoOffsetReset: 'smallest' }, /autoOffsetReset must be .* got "smallest"/],
    [{ onReset: true }, /onReset must be a function/],
    [{ maxBytes: 0 }, /maxBytes must be a whole number from 1 to 1073741824, got 0/],
    [{ maxBytes: 1.5 }, /maxBytes/],
    [{ maxBytes: '1' }, /maxBytes/],
    [{ isolation: 'committed' }, /isolation must be .* got "committed"/],
    [{ signal: {} }, /signal must be a signal/],
  ])('%j is refused', (options, message) => {
    expect(() => checkConsumerOptions(options)).toThrow(refused(message));
  });
});

describe('of handlers and streams', () => {
  test('defaults', () => {
    expect(checkHandlingOptions({})).toEqual({ concurrency: 1, untilEnd: false });
    expect(checkReadableOptions({})).toEqual({ untilEnd: false, highWaterMark: 1024 });
  });

  test.each([
    [{ concurrency: 0 }, /concurrency must be a whole number from 1 to 1024, got 0/],
    [{ concurrency: 1025 }, /concurrency/],
    [{ untilEnd: 1 }, /untilEnd must be a boolean, got 1/],
    [{ signal: 'stop' }, /signal/],
    [{ partitionsConsumedConcurrently: 3 }, /there are signal, concurrency, untilEnd/],
  ])('%j is refused for a handler', (options, message) => {
    expect(() => checkHandlingOptions(options)).toThrow(refused(message));
  });

  test.each([
    [{ highWaterMark: 0 }, /highWaterMark must be a whole number from 1 to 1048576, got 0/],
    [{ untilEnd: 'yes' }, /untilEnd must be a boolean/],
    [{ objectMode: false }, /there are signal, untilEnd, highWaterMark/],
  ])('%j is refused for a stream', (options, message) => {
    expect(() => checkReadableOptions(options)).toThrow(refused(message));
  });

  test('a handler is a function', () => {
    expect(() => checkHandler({})).toThrow(refused(/handler must be a function/));
    expect(checkHandler(() => 1)).toBeUndefined();
  });
});
