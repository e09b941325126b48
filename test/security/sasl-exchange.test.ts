import { expect, test } from 'vitest';
import { PASSWORD_BYTES_MAX, SASL_MESSAGE_BYTES_MAX, USER_NAME_BYTES_MAX } from '#millrace/limits.js';
import {
  authenticationError,
  checkUserPassword,
  flawOfPassword,
  flawOfUser,
  messageText,
} from '#millrace/security/sasl-exchange.js';

test('a refusal says by which mechanism, and has its code', () => {
  expect(authenticationError('PLAIN', 'the user or the password is wrong')).toMatchObject({
    code: 'ERR_MILLRACE_AUTHENTICATION',
    message: 'PLAIN authentication failed: the user or the password is wrong',
  });
});

test('a message is text of up to 16 KiB, and a byte order mark is part of it', () => {
  expect(messageText('PLAIN', Buffer.from('\ufeffzwölf'))).toBe('\ufeffzwölf');
  expect(messageText('PLAIN', Buffer.alloc(SASL_MESSAGE_BYTES_MAX, 'x'))).toHaveLength(SASL_MESSAGE_BYTES_MAX);
  expect(() => messageText('PLAIN', Buffer.alloc(SASL_MESSAGE_BYTES_MAX + 1, 'x'))).toThrow(
    'PLAIN authentication failed: a message has 16385 bytes, expected at most 16384',
  );
  for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x61, 0xe2, 0x82]])
    expect(() => messageText('SCRAM-SHA-256', Uint8Array.from(bytes))).toThrow('a message is not UTF-8');
});

test('names and passwords have bounds in bytes, no NUL and whole characters', () => {
  expect(flawOfUser('a')).toBeNull();
  expect(flawOfUser('ü'.repeat(USER_NAME_BYTES_MAX / 2))).toBeNull();
  expect(flawOfUser(`a${'ü'.repeat(USER_NAME_BYTES_MAX / 2)}`)).toBe(
    'the user name has 1025 bytes, expected at most 1024',
  );
  expect(flawOfUser('')).toBe('the user name is empty');
  expect(flawOfUser('a\0')).toBe('the user name has a NUL');
  expect(flawOfUser('a\ud800b')).toBe('the user name has half of a character');
  expect(flawOfUser('\u{1f600}')).toBeNull();
  expect(flawOfPassword('x'.repeat(PASSWORD_BYTES_MAX))).toBeNull();
  expect(flawOfPassword('')).toBe('the password is empty');
});

test('a password that is refused is not shown', () => {
  expect(() => checkUserPassword({ user: 'alice', password: 'secret\0word' })).toThrow(
    expect.objectContaining({
      code: 'ERR_MILLRACE_INVALID_ARGUMENT',
      message: expect.not.stringContaining('secret'),
    }),
  );
  expect(() => checkUserPassword({ user: '', password: 'x' })).toThrow('the user name is empty');
  checkUserPassword({ user: 'alice', password: 'x' });
});
