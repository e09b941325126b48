/** The library's own error: its code, what it carries, and how a failed system call becomes one. */
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import {
  checkObject,
  errorCodes,
  fromSystemError,
  guarded,
  invalidArgument,
  isMillraceError,
  isSystemError,
  MillraceError,
  show,
} from '#millrace/errors.js';

function systemError(code: string): Error {
  return Object.assign(new Error('from the addon'), {
    code,
    errno: 28,
    syscall: 'fallocate',
    path: '/data/t-0/00.log',
  });
}

test('every code bears the name of the library and says what it means in words', () => {
  for (const [code, meaning] of Object.entries(errorCodes)) {
    expect(code).toMatch(/^ERR_MILLRACE_[A-Z]+(?:_[A-Z]+)*$/);
    expect(meaning).toMatch(/^[a-z].{10,}$/);
  }
});

describe('MillraceError', () => {
  test('carries code, place and cause', () => {
    const cause = new Error('below');
    const error = new MillraceError('ERR_MILLRACE_CORRUPT', 'torn', { path: 'a.log', position: 61, cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'MillraceError',
      code: 'ERR_MILLRACE_CORRUPT',
      message: 'torn',
      path: 'a.log',
      position: 61,
      cause,
    });
  });

  test('has no place and no cause when none was given', () => {
    const error = new MillraceError('ERR_MILLRACE_CLOSED', 'closed');
    expect('cause' in error).toBe(false);
    expect(
      Object.keys(error)
        .filter((key) => (error as unknown as Record<string, unknown>)[key] !== undefined)
        .sort(),
    ).toEqual(['code', 'name']);
  });

  test('is told apart by its code', () => {
    const error = new MillraceError('ERR_MILLRACE_CLOSED', 'closed');
    expect(isMillraceError(error)).toBe(true);
    expect(isMillraceError(error, 'ERR_MILLRACE_CLOSED')).toBe(true);
    expect(isMillraceError(error, 'ERR_MILLRACE_IO')).toBe(false);
    expect(isMillraceError(Object.assign(new Error('closed'), { code: 'ERR_MILLRACE_CLOSED' }))).toBe(false);
  });
});

describe('a failed system call', () => {
  test.each(['ENOSPC', 'EDQUOT', 'EFBIG'])('%s is a full disk', (code) => {
    expect(fromSystemError(systemError(code))).toMatchObject({ code: 'ERR_MILLRACE_NO_SPACE' });
  });

  test('another is one of input and output, with the call, the path and the cause', () => {
    const cause = systemError('EIO');
    expect(fromSystemError(cause)).toMatchObject({
      code: 'ERR_MILLRACE_IO',
      message: 'fallocate of /data/t-0/00.log failed: EIO',
      path: '/data/t-0/00.log',
      cause,
    });
  });

  test('is told from other errors, which pass unchanged', () => {
    const other = new TypeError('a bug');
    expect(isSystemError(systemError('EIO'))).toBe(true);
    expect(isSystemError(other)).toBe(false);
    expect(isSystemError({ errno: 1, syscall: 'open' })).toBe(false);
    expect(fromSystemError(other)).toBe(other);
    expect(fromSystemError(undefined)).toBeUndefined();
  });

  test('is turned into ours where it is thrown', () => {
    expect(guarded(() => 7)).toBe(7);
    const failing = (): never => {
      throw systemError('ENOSPC');
    };
    expect(() => guarded(failing)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_NO_SPACE' }));
  });
});

describe('a value in a message', () => {
  test.each([
    ['a "quoted"\nline', '"a \\"quoted\\"\\nline"'],
    [-1.5, '-1.5'],
    [12n, '12'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Symbol('s'), 'Symbol(s)'],
    [new Uint8Array(3), '3 bytes'],
    [[1, 2], 'an array of 2'],
    [new Map(), 'an object of Map'],
    [Object.create(null), 'an object of no class'],
    [() => 1, 'a function'],
  ])('%s', (value, shown) => {
    expect(show(value)).toBe(shown);
  });

  test('is cut', () => {
    expect(show('x'.repeat(1000))).toMatch(/^"x{116}\.\.\.$/);
  });

  test('stands in the sentence about a wrong argument', () => {
    expect(invalidArgument('partitions', 'a whole number of at least 1', 0)).toMatchObject({
      code: 'ERR_MILLRACE_INVALID_ARGUMENT',
      message: 'partitions must be a whole number of at least 1, got 0',
    });
  });
});

test('a system error of another realm is one: jest gives each test its own', () => {
  const foreign = runInNewContext("Object.assign(new Error('no'), { code: 'ENOENT', errno: -2, syscall: 'open' })");
  expect(foreign).not.toBeInstanceOf(Error);
  expect(isSystemError(foreign)).toBe(true);
  expect(isSystemError(runInNewContext("({ code: 'ENOENT', errno: -2, syscall: 'open' })"))).toBe(false);
});

test('what must be an object is, or is named', () => {
  for (const object of [{}, [], new Map()]) expect(() => checkObject('options', object)).not.toThrow();
  for (const [bad, shown] of [
    [null, 'null'],
    [undefined, 'undefined'],
    ['x', '"x"'],
  ])
    expect(() => checkObject('options', bad)).toThrow(new RegExp(`^options must be an object, got ${shown}$`));
});
