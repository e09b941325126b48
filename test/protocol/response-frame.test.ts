/** Responses byte by byte, as Kafka's protocol guide draws them. */
import { expect, test } from 'vitest';
import { apis } from '#millrace/protocol/apis.js';
import { decodeResponse, encodeResponse, readCorrelationId } from '#millrace/protocol/response-frame.js';
import { hex } from './hex.ts';

const hexOf = (pieces: readonly Uint8Array[]): string => Buffer.concat(pieces).toString('hex');
const frameOf = (pieces: readonly Uint8Array[]): Buffer => Buffer.concat(pieces).subarray(4);

test('ApiVersions has no tags in the header, in no version', () => {
  const message = { errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: 4 }] };
  const old = encodeResponse(apis.apiVersions, { version: 0, correlationId: 7 }, message);
  expect(hexOf(old)).toBe(hex('00000010 00000007 0023 00000001 001200000004'));
  const today = encodeResponse(apis.apiVersions, { version: 3, correlationId: 7 }, message);
  expect(hexOf(today)).toBe(hex('00000013 00000007 0023 02 001200000004 00 00000000 00'));
  expect(decodeResponse(apis.apiVersions, 3, frameOf(today))).toMatchObject(message);
});

test('tagged fields stand at the end, in the order of their tags, if they are not at their defaults', () => {
  const message = {
    errorCode: 0,
    apiKeys: [],
    finalizedFeaturesEpoch: 2,
    finalizedFeatures: [{ name: 'f', maxVersionLevel: 2, minVersionLevel: 1 }],
    zkMigrationReady: false,
  };
  const pieces = encodeResponse(apis.apiVersions, { version: 3, correlationId: 7 }, message);
  const tags = hex('02 01 08 0000000000000002 02 08 02 0266 0002 0001 00');
  expect(hexOf(pieces).slice(8)).toBe(hex('00000007 0000 01 00000000') + tags);
  expect(decodeResponse(apis.apiVersions, 3, frameOf(pieces))).toEqual({
    ...message,
    throttleTimeMs: 0,
    supportedFeatures: [],
  });
});

test('a flexible response has tags in the header, a classic one has not', () => {
  const message = { coordinators: [], errorCode: 0, nodeId: 1, host: 'h', port: 9092 };
  const frames = [2, 3].map((version) => encodeResponse(apis.findCoordinator, { version, correlationId: 1 }, message));
  expect(frames.map(hexOf)).toEqual([
    hex('00000017 00000001 00000000 0000 ffff 00000001 000168 00002384'),
    hex('00000017 00000001 00 00000000 0000 00 00000001 0268 00002384 00'),
  ]);
});

test('Fetch 12: views of the log are sent as they are', () => {
  const views = [Buffer.alloc(3_000, 1), Buffer.alloc(2_000, 2)];
  const partition = { partitionIndex: 0, errorCode: 0, highWatermark: 10, abortedTransactions: null, records: views };
  const message = { errorCode: 0, responses: [{ topic: 't', partitions: [partition] }] };
  const pieces = encodeResponse(apis.fetch, { version: 12, correlationId: 1 }, message);
  expect(pieces.slice(1, 3)).toEqual(views);
  expect(pieces.slice(1, 3).map((piece, i) => piece === views[i])).toEqual([true, true]);
  const [{ partitions }] = decodeResponse(apis.fetch, 12, frameOf(pieces)).responses;
  expect(partitions[0]).toMatchObject({ highWatermark: 10, lastStableOffset: -1, records: Buffer.concat(views) });
  expect(partitions[0].divergingEpoch).toEqual({ epoch: -1, endOffset: -1 });
});

test('a client knows by the correlation id which request is answered', () => {
  const frame = frameOf(encodeResponse(apis.heartbeat, { version: 4, correlationId: -5 }, { errorCode: 27 }));
  expect([readCorrelationId(frame), decodeResponse(apis.heartbeat, 4, frame).errorCode]).toEqual([-5, 27]);
});

test('what is no response is refused', () => {
  for (const text of ['', '000000', '00000001', '0000000100', '00000001000000000000ff']) {
    expect(() => decodeResponse(apis.heartbeat, 4, Buffer.from(text, 'hex'))).toThrow(
      expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT' }),
    );
  }
});
