import { expect, test } from 'vitest';
import { MessageWriter } from '#millrace/protocol/message-writer.js';
import { readRequestHeader, writeRequestHeader } from '#millrace/protocol/request-header.js';
import { hex } from './hex.ts';

const read = (text: string): unknown => readRequestHeader(Buffer.from(text, 'hex'));
const write = (apiKey: number, apiVersion: number, clientId: string | null): string => {
  const writer = new MessageWriter();
  writeRequestHeader(writer, { apiKey, apiVersion, correlationId: 5, clientId });
  return writer.finish().toString('hex');
};

test('before a classic message: version 1', () => {
  const header = { apiKey: 3, apiVersion: 8, correlationId: 5, clientId: 'me' };
  expect(write(3, 8, 'me')).toBe(hex('0003 0008 00000005 00026d65'));
  expect(read(hex('0003 0008 00000005 00026d65 00'))).toEqual({ ...header, bodyStart: 12 });
});

test('before a flexible one: version 2, whose client id is classic nevertheless', () => {
  const header = { apiKey: 3, apiVersion: 9, correlationId: 5, clientId: null };
  expect(write(3, 9, null)).toBe(hex('0003 0009 00000005 ffff 00'));
  expect(read(hex('0003 0009 00000005 ffff 00 00'))).toEqual({ ...header, bodyStart: 11 });
  // With a tagged field that nobody knows.
  expect(read(hex('0003 0009 00000005 ffff 01 0702abcd 00'))).toEqual({ ...header, bodyStart: 15 });
});

test('of an ApiVersions request from the future the header is read, so that it can be answered', () => {
  expect(read(hex('0012 0063 00000005 ffff 00 ffffff'))).toMatchObject({
    apiVersion: 99,
    bodyStart: 11,
  });
});

test('of a key that is not known, it is taken for one of version 1', () => {
  expect(read(hex('7fff 0000 00000005 ffff'))).toMatchObject({ apiKey: 0x7fff, bodyStart: 10 });
});

test('what is no header is refused', () => {
  for (const text of [
    '',
    '0003',
    '0003000800000005',
    hex('0003000800000005 0005 6d65'),
    hex('0003000900000005 ffff'),
  ]) {
    expect(() => read(text)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT' }));
  }
});
