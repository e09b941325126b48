import { CommanderError } from 'commander';
import { expect, test } from 'vitest';
import { reportFailure } from '#millrace/cli/failure.js';
import { type ErrorCode, MillraceError } from '#millrace/errors.js';
import { testContext } from './cli-run.ts';

function told(error: unknown, abort = false): { status: number; text: string } {
  const context = testContext();
  if (abort) context.controller.abort();
  reportFailure(context, error);
  return { status: context.status, text: context.stderr.text };
}

const failed = (code: ErrorCode, message = 'it went wrong'): MillraceError => new MillraceError(code, message);

test('a failure is one sentence with its code, and 1', () => {
  expect(told(failed('ERR_MILLRACE_LOCKED'))).toEqual({
    status: 1,
    text: 'millrace: it went wrong (ERR_MILLRACE_LOCKED)\n',
  });
  expect(told(failed('ERR_MILLRACE_IO', 'two\n  lines')).text).toBe('millrace: two lines (ERR_MILLRACE_IO)\n');
});

test('what cannot be asked for is 2', () => {
  expect(told(failed('ERR_MILLRACE_INVALID_ARGUMENT')).status).toBe(2);
  expect(told(failed('ERR_MILLRACE_INVALID_TOPIC')).status).toBe(2);
  expect(told(new CommanderError(1, 'commander.unknownOption', 'x'))).toEqual({ status: 2, text: '' });
  expect(told(new CommanderError(0, 'commander.help', 'x'))).toEqual({ status: 0, text: '' });
});

test('a closed pipe and Ctrl-C are no failures; an abort of somebody else is one', () => {
  expect(told(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))).toEqual({ status: 0, text: '' });
  expect(told(failed('ERR_MILLRACE_ABORTED'), true)).toEqual({ status: 0, text: '' });
  expect(told(failed('ERR_MILLRACE_ABORTED')).status).toBe(1);
});

test('a bug shows where it is', () => {
  const { status, text } = told(new TypeError('x is not a function'));
  expect(status).toBe(1);
  expect(text).toMatch(/^millrace: internal error: TypeError: x is not a function\n +at /);
});
