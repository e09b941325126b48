import { expect, test, vi } from 'vitest';
import { askGroups, clientHostOf, groupCode, whileConnected } from '#millrace/broker/group-answer.js';
import type { BrokerContext } from '#millrace/broker/broker-context.js';
import type { Session } from '#millrace/broker/session.js';
import { MillraceError } from '#millrace/errors.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';

test('no error is a code, too', () => {
  expect([groupCode(null), groupCode('UNKNOWN_MEMBER_ID')]).toEqual([0, kafkaErrorCodes.UNKNOWN_MEMBER_ID]);
});

test('a coordinator that cannot answer is to be asked again; one that is at fault is logged as such', async () => {
  const logger = { warn: vi.fn(), error: vi.fn() };
  const broker = { logger, store: { groupCoordinator: {} } } as unknown as BrokerContext;
  const ask = (failure: Error) =>
    askGroups(
      broker,
      async () => Promise.reject(failure),
      (error) => error,
    );
  expect(await ask(new MillraceError('ERR_MILLRACE_IO', 'disk'))).toBe('COORDINATOR_NOT_AVAILABLE');
  expect(await ask(new MillraceError('ERR_MILLRACE_CORRUPT', 'a record'))).toBe('NOT_COORDINATOR');
  expect([logger.warn.mock.calls.length, logger.error.mock.calls.length]).toEqual([2, 0]);
  expect(await ask(new TypeError('ours'))).toBe('UNKNOWN_SERVER_ERROR');
  expect([logger.warn.mock.calls.length, logger.error.mock.calls.length]).toEqual([2, 1]);
});

test('who has gone waits no longer, and leaves nothing behind', async () => {
  const gone = new AbortController();
  const session = { signal: gone.signal } as Session;
  const remove = vi.spyOn(gone.signal, 'removeEventListener');
  expect(await whileConnected(session, Promise.resolve(1), () => 2)).toBe(1);
  expect(remove).toHaveBeenCalledOnce();
  await expect(whileConnected(session, Promise.reject(new Error('no')), () => 2)).rejects.toThrow('no');
  const never = new Promise<number>(() => undefined);
  const waiting = whileConnected(session, never, () => 2);
  gone.abort();
  expect(await waiting).toBe(2);
  expect(await whileConnected(session, never, () => 3)).toBe(3);
});

test('the address of a client as Kafka has it', () => {
  const host = (remoteAddress: string) => clientHostOf({ remoteAddress } as Session);
  expect(['127.0.0.1', '::ffff:10.0.0.1', '::1'].map(host)).toEqual(['/127.0.0.1', '/10.0.0.1', '/::1']);
});
