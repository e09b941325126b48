import { expect, test } from 'vitest';
import * as protocol from 'millrace/protocol';

test('the door has what a broker and a client need', () => {
  const { apis, decodeRequest, decodeResponse, encodeRequest, encodeResponse, FrameSplitter, readRequestHeader } =
    protocol;
  const version = 4;
  const [broker, client] = [new FrameSplitter(), new FrameSplitter()];
  const key = { version, correlationId: 11 };
  broker.push(Buffer.concat(encodeRequest(apis.findCoordinator, key, { keyType: 0, coordinatorKeys: ['g'] })));
  const request = broker.next()!;
  const header = readRequestHeader(request);
  expect(protocol.apiOf(header.apiKey)).toBe(apis.findCoordinator);
  const { coordinatorKeys } = decodeRequest(apis.findCoordinator, header, request);
  const coordinators = coordinatorKeys.map((each) => ({ key: each, nodeId: 1, host: 'h', port: 9092, errorCode: 0 }));
  client.push(Buffer.concat(encodeResponse(apis.findCoordinator, key, { coordinators })));
  const response = client.next()!;
  expect(protocol.readCorrelationId(response)).toBe(11);
  expect(decodeResponse(apis.findCoordinator, version, response).coordinators).toEqual([
    { ...coordinators[0], errorMessage: null },
  ]);
});

test('an API of one’s own is written in the same words', () => {
  const { array, defineApi, int32, string } = protocol;
  const greet = defineApi({
    key: 9_000,
    name: 'Greet',
    versions: '0-1',
    flexible: 1,
    request: { names: array(string()) },
    response: { greetings: array({ text: string(), rank: int32({ since: 1, default: 0 }) }) },
  });
  const bytes = Buffer.concat(greet.response.encode(1, { greetings: [{ text: 'hello' }] }));
  expect(greet.response.decode(1, bytes)).toEqual({ greetings: [{ text: 'hello', rank: 0 }] });
});
