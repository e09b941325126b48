import { expect, test, vi } from 'vitest';
import { Access } from '#millrace/broker/access.js';
import type { BrokerContext } from '#millrace/broker/broker-context.js';
import { defineHandler, type Handler } from '#millrace/broker/handler.js';
import { RequestDispatch } from '#millrace/broker/request-dispatch.js';
import { RequestStatistics } from '#millrace/broker/request-statistics.js';
import type { Session } from '#millrace/broker/session.js';
import { apiVersions } from '#millrace/protocol/apis/18-api-versions.js';
import { saslAuthenticate } from '#millrace/protocol/apis/36-sasl-authenticate.js';
import { encodeRequest } from '#millrace/protocol/request-frame.js';
import { decodeResponse } from '#millrace/protocol/response-frame.js';

const security = { authorizer: null };
const context = { statistics: new RequestStatistics(), faults: null, security } as unknown as BrokerContext;
const session = { access: null, sasl: null } as Session;
const answer = { errorCode: 7, apiKeys: [] };

function begin(handle: Handler['handle'], more: object = {}, version = 0, by = session) {
  const handler = defineHandler({ api: apiVersions, versions: '0-4', handle: handle as never, ...more });
  const frame = Buffer.concat(
    encodeRequest(
      apiVersions,
      { version, correlationId: 5, clientId: 'me' },
      { clientSoftwareName: 'a', clientSoftwareVersion: 'b' },
    ),
  ).subarray(4);
  return new RequestDispatch(new Map([[18, handler]]), context).begin(frame, by);
}

const read = (pieces: readonly Uint8Array[]) => decodeResponse(apiVersions, 0, Buffer.concat(pieces).subarray(4));

test('a handler gets the message and who asks', () => {
  const handle = vi.fn(() => answer);
  const begun = begin(handle, {}, 3);
  expect(begun.answer).not.toBeInstanceOf(Promise);
  expect(handle).toHaveBeenCalledWith(
    { clientSoftwareName: 'a', clientSoftwareVersion: 'b' },
    { broker: context, session, access: Access.full, version: 3, clientId: 'me', size: expect.any(Number) },
  );
});

test('what it returns, now or later, is the answer', async () => {
  expect(read(begin(() => answer).answer as Uint8Array[]).errorCode).toBe(7);
  expect(read(await begin(async () => answer).answer).errorCode).toBe(7);
  expect(begin(() => null).answer).toEqual([]);
});

test('what it throws is the caller’s to deal with', async () => {
  expect(() =>
    begin(() => {
      throw new Error('now');
    }),
  ).toThrow('now');
  await expect(begin(() => Promise.reject(new Error('later'))).answer).rejects.toThrow('later');
});

test('whether the next one may begin before', () => {
  expect(begin(() => answer).overlaps).toBe(false);
  expect(begin(() => answer, { overlaps: true }).overlaps).toBe(true);
});

test('whether the next request may begin, for all requests or for each', () => {
  const overlaps = (handler: object, version = 0): boolean => begin(async () => answer, handler, version).overlaps;
  expect([overlaps({}), overlaps({ overlaps: true })]).toEqual([false, true]);
  const each = { overlaps: (_request: object, call: { version: number }) => call.version > 2 };
  expect([overlaps(each, 2), overlaps(each, 3)]).toEqual([false, true]);
});

test('bytes of the frame are the handler’s own, unless it keeps none and nobody else does', () => {
  const isLent = (more: object, faults: object | null = null): boolean => {
    const seen: Buffer[] = [];
    const handle = ({ authBytes }: { authBytes: Buffer }): object => {
      seen.push(authBytes);
      return { errorCode: 0, errorMessage: null, authBytes: Buffer.alloc(0) };
    };
    const handler = defineHandler({ api: saslAuthenticate, versions: '0-2', handle: handle as never, ...more });
    const options = { version: 0, correlationId: 1 };
    const message = { authBytes: Buffer.from('token') };
    const frame = Buffer.concat(encodeRequest(saslAuthenticate, options, message)).subarray(4);
    new RequestDispatch(new Map([[36, handler]]), { ...context, faults } as BrokerContext).begin(frame, session);
    expect(String(seen[0])).toBe('token');
    frame.fill(0);
    return String(seen[0]) !== 'token';
  };
  expect([isLent({}), isLent({ keepsNoBytes: true })]).toEqual([false, true]);
  expect(isLent({ keepsNoBytes: true }, { take: () => null })).toBe(false);
});

test('before the log-in only what leads to it begins; a bare token is no request, and its answer has no header', async () => {
  const respond = vi.fn(async (token: Uint8Array) => Buffer.from(`${token.length} bytes`));
  const at = (sasl: object, more: object = {}) => begin(() => answer, more, 0, { sasl } as unknown as Session);
  expect(() => at({ isDone: false })).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_AUTHENTICATION' }) as Error,
  );
  expect(read(at({ isDone: false }, { beforeAuthentication: true }).answer as Uint8Array[]).errorCode).toBe(7);
  expect(read(at({ isDone: true }).answer as Uint8Array[]).errorCode).toBe(7);
  const token = at({ expectsBareToken: true, respond });
  expect(token).toMatchObject({ overlaps: false, statistics: null });
  expect(Buffer.concat(await token.answer).toString('latin1', 3)).toMatch(/^.\d+ bytes$/);
  expect(respond).toHaveBeenCalledTimes(1);
});
