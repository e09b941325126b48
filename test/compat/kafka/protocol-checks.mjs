/**
 * The wire, judged by Kafka: its message classes write messages of every API and version, filled at random; our decoder must find in them what Kafka's
 * JSON says of them, and our encoder write the same bytes again. Beside that, names, versions, headers and error codes.
 */
import { apis } from '#millrace/protocol/apis.js';
import { kafkaErrorOf } from '#millrace/protocol/error-code.js';
import { defaultOf } from '#millrace/protocol/message-layout.js';
import { MessageWriter } from '#millrace/protocol/message-writer.js';
import { writeRequestHeader } from '#millrace/protocol/request-header.js';
import { encodeResponse, readCorrelationId } from '#millrace/protocol/response-frame.js';
import { holds, same } from './tally.mjs';

const MESSAGES_A_VERSION = 3;
/** Key, version, correlation id and a client id of null: a request's header of version 1; version 2 has one byte more, for no tagged field. */
const HEADER_SIZE = 10;

export async function judgeProtocol(tally, judge, seed) {
  const catalog = await judge.ask({ command: 'protocolCatalog' });
  await tally.check('error codes are Kafka’s', () => judgeErrors(catalog.errors));
  const theirs = new Map(catalog.apis.map((api) => [api.key, api]));
  for (const api of Object.values(apis)) {
    const { key, name, minVersion, maxVersion } = api;
    await tally.check(`${name}, versions ${minVersion} to ${maxVersion}`, async () => {
      const { name: theirName, min, max, headers } = theirs.get(key);
      same('name and first version', [name, minVersion], [theirName, min]);
      // Kafka's next release may have a version more.
      holds(maxVersion >= max, `Kafka has version ${max}`);
      for (let version = min; version <= max; version++) {
        const about = { command: 'protocolMessages', key, version, count: MESSAGES_A_VERSION, seed };
        for (const schema of [api.request, api.response]) {
          const messages = await judge.ask({ ...about, isRequest: schema === api.request });
          holds(messages.length === MESSAGES_A_VERSION, `${messages.length} messages`);
          for (const [text, json] of messages) judgeMessage(schema, version, Buffer.from(text, 'base64'), json);
          if (schema === api.response) {
            const body = Buffer.from(messages[0][0], 'base64');
            same(`headers of version ${version}`, headerVersions(api, version, body), headers[version - min]);
          }
        }
      }
    });
  }
}

function judgeErrors(theirs) {
  const ours = theirs.map(([code]) => kafkaErrorOf(code));
  same(
    'codes',
    ours.map(({ code, name, isRetriable }) => [code, name, isRetriable]),
    theirs,
  );
  same('a code behind the last', kafkaErrorOf(theirs.length - 1).name, 'UNKNOWN_SERVER_ERROR');
}

/** Of request and response, by their sizes. */
function headerVersions(api, version, body) {
  const writer = new MessageWriter();
  writeRequestHeader(writer, { apiKey: api.key, apiVersion: version, correlationId: 1, clientId: null });
  const frame = Buffer.concat(encodeResponse(api, { version, correlationId: 7 }, api.response.decode(version, body)));
  same('correlation id', readCorrelationId(frame.subarray(4)), 7);
  return [writer.size - HEADER_SIZE + 1, frame.length - 4 - 4 - body.length];
}

function judgeMessage(schema, version, bytes, json) {
  const what = `${schema.name}, version ${version}`;
  const message = schema.decode(version, bytes);
  compareStruct(what, schema.layout(version), message, json);
  same(what, Buffer.concat(schema.encode(version, message)).toString('hex'), bytes.toString('hex'));
}

/** Kafka's JSON leaves out tagged fields at their defaults, and what the version has not. */
function compareStruct(what, { wire, tagged }, ours, theirs) {
  for (const slot of [...wire, ...tagged]) {
    if (slot.tag >= 0 && theirs[slot.name] === undefined)
      same(`${what}, ${slot.name}`, ours[slot.name], defaultOf(slot));
    else compareValue(`${what}, ${slot.name}`, slot, ours[slot.name], theirs[slot.name]);
  }
  const names = Object.keys(theirs).filter((name) => ![...wire, ...tagged].some((slot) => slot.name === name));
  same(`${what}, fields that we do not know`, names, []);
}

function compareValue(what, slot, ours, theirs) {
  if (ours === null || theirs === null) same(what, ours, theirs);
  else if (slot.kind === 'array') {
    same(`${what}, elements`, ours.length, theirs.length);
    for (const [i, element] of ours.entries()) compareValue(`${what}[${i}]`, slot.element, element, theirs[i]);
  } else if (slot.kind === 'struct') compareStruct(what, slot.struct, ours, theirs);
  else if (slot.kind === 'bytes') same(what, ours.toString('base64'), theirs);
  // Of records Kafka's JSON says nothing.
  else if (slot.kind === 'records') same(what, '', theirs);
  else same(what, ours, theirs);
}
