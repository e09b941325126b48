/** Requests byte by byte, as Kafka's protocol guide draws them. */
import { expect, test } from 'vitest';
import { apis } from '#millrace/protocol/apis.js';
import { decodeRequest, encodeRequest } from '#millrace/protocol/request-frame.js';
import { readRequestHeader } from '#millrace/protocol/request-header.js';
import { hex } from './hex.ts';

const hexOf = (pieces: readonly Uint8Array[]): string => Buffer.concat(pieces).toString('hex');

test('ApiVersions 0: what a client of old begins with', () => {
  const pieces = encodeRequest(apis.apiVersions, { version: 0, correlationId: 1, clientId: 'kcat' }, {});
  expect(hexOf(pieces)).toBe(hex('0000000e 0012 0000 00000001 00046b636174'));
});

test('ApiVersions 3: what one of today begins with', () => {
  const message = { clientSoftwareName: 'me', clientSoftwareVersion: '1.0' };
  const pieces = encodeRequest(apis.apiVersions, { version: 3, correlationId: 1 }, message);
  expect(hexOf(pieces)).toBe(hex('00000013 0012 0003 00000001 ffff 00 036d65 04312e30 00'));
});

test('Metadata 1: one topic, or all', () => {
  const options = { version: 1, correlationId: 2 };
  const some = encodeRequest(apis.metadata, options, { topics: [{ name: 'a' }] });
  const all = encodeRequest(apis.metadata, options, { topics: null });
  const header = hex('0003 0001 00000002 ffff');
  expect([hexOf(some), hexOf(all)]).toEqual([
    '00000011' + header + hex('00000001 000161'),
    '0000000e' + header + 'ffffffff',
  ]);
  // In version 0 there is no null.
  expect(() => encodeRequest(apis.metadata, { ...options, version: 0 }, { topics: null })).toThrow(
    'topics: needs an array, got null',
  );
});

test('Produce 9: records are handed on, between what was written', () => {
  const records = Buffer.alloc(1_500, 0xab);
  const message = { acks: -1, timeoutMs: 30_000, topicData: [{ name: 't', partitionData: [{ index: 4, records }] }] };
  const pieces = encodeRequest(apis.produce, { version: 9, correlationId: 3, clientId: 'c' }, message);
  const start = hex('0000 0009 00000003 000163 00 00 ffff 00007530 02 0274 02 00000004 dd0b');
  expect(pieces[1]).toBe(records);
  expect(hexOf([pieces[0], pieces[2]])).toBe('000005fc' + start + hex('00 00 00'));
});

test('a broker reads the header first, then the message, with views of the frame', () => {
  const records = Buffer.from('batches');
  const message = { acks: 1, timeoutMs: 5, topicData: [{ name: 't', partitionData: [{ index: 4, records }] }] };
  for (let version = apis.produce.minVersion; version <= 12; version++) {
    const frame = Buffer.concat(
      encodeRequest(apis.produce, { version, correlationId: 9, clientId: 'c' }, message),
    ).subarray(4);
    const header = readRequestHeader(frame);
    expect(header).toMatchObject({ apiKey: 0, apiVersion: version, correlationId: 9, clientId: 'c' });
    const decoded = decodeRequest(apis.produce, header, frame);
    expect(decoded).toMatchObject({ ...message, transactionalId: null });
    expect(decoded.topicData[0].partitionData[0].records!.buffer).toBe(frame.buffer);
  }
});

test('a version that the API has not is refused', () => {
  const header = { apiKey: 0, apiVersion: 2, correlationId: 9, clientId: null, bodyStart: 10 };
  expect(() => decodeRequest(apis.produce, header, Buffer.alloc(20))).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_UNSUPPORTED' }),
  );
});

test('what follows a request is passed over, as Kafka does: librdkafka 2.12 asks for all topics with three bytes too many', () => {
  const frame = Buffer.from(hex('0003 000d 00000003 0007 72646b61666b61 00 00 00 00 00 010000'), 'hex');
  const header = readRequestHeader(frame);
  expect(header).toMatchObject({ apiKey: 3, apiVersion: 13, clientId: 'rdkafka' });
  expect(decodeRequest(apis.metadata, header, frame)).toMatchObject({ topics: null, allowAutoTopicCreation: false });
  // One that ends too soon is none all the same.
  expect(() => decodeRequest(apis.metadata, header, frame.subarray(0, -4))).toThrow('a Metadata request, version 13');
});
