#!/usr/bin/env node
/**
 * A web page that follows a topic: the browser's EventSource over plain node:http, one event a record, the offset as the event's id.
 *
 *     node examples/sse/server.js [--port 8080] [--seconds 600]
 *
 * When the connection drops the browser comes back by itself and sends the last id that it has; the stream goes on at the offset behind it. So nothing
 * is lost and nothing comes twice, and the server keeps no state for a reader but its position in the log. Ends after ten minutes, or by Ctrl-C.
 */
import { createReadStream, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMillraceError, openStore } from 'millrace';
import { githubEvents } from '../quick-start/events.js';

const PAGE = fileURLToPath(new URL('index.html', import.meta.url));
/** What a new reader gets of the past. */
const BACKLOG = 15;
const READ_BYTES = 64 * 1024;
/** A proxy may drop a connection on which nothing comes. */
const HEARTBEAT_MS = 15_000;

/** Appends a real GitHub event every now and then: stands for whatever a program has to tell. */
async function produce(log, signal) {
  const events = githubEvents();
  for (let i = 0; ; i = (i + 1) % events.length) {
    const { key, value } = events[i];
    const { action = '', sender } = JSON.parse(value);
    log.append([{ key, value: JSON.stringify({ action, sender: sender?.login ?? '', bytes: value.length }) }]);
    await setTimeout(50 + Math.random() * 250, undefined, { signal });
  }
}

/** Where a stream begins: behind the id that the browser sends when it comes back, or a little before the end. */
function firstOffset(log, request) {
  const last = request.headers['last-event-id'];
  const wanted = /^\d{1,15}$/.test(last ?? '') ? Number(last) + 1 : log.endOffset - BACKLOG;
  return Math.min(Math.max(wanted, log.startOffset), log.endOffset);
}

/** The records from `offset` on as server-sent events, for as long as the browser listens. */
async function stream(log, response, offset, signal) {
  for (;;) {
    await log.waitFor(offset, { signal });
    const run = await log.readAsync(offset, { maxBytes: READ_BYTES });
    let events = '';
    for (const batch of run) {
      for (const record of batch) {
        const data = { time: record.timestamp, subject: String(record.key), ...JSON.parse(record.value) };
        events += `id: ${record.offset}\ndata: ${JSON.stringify(data)}\n\n`;
      }
    }
    offset = run.nextOffset;
    // A slow reader holds up nobody: its records stay in the log until its socket has room.
    if (!response.write(events)) await once(response, 'drain', { signal });
  }
}

function follow(log, request, response) {
  const gone = new AbortController();
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('retry: 500\n\n');
  const heartbeat = setInterval(() => response.write(': still here\n\n'), HEARTBEAT_MS);
  response.on('close', () => {
    clearInterval(heartbeat);
    gone.abort();
  });
  stream(log, response, firstOffset(log, request), gone.signal).catch((error) => {
    // The reader has left, or the store was closed: the ordinary ends of a stream.
    const isOver = gone.signal.aborted || isMillraceError(error, 'ERR_MILLRACE_CLOSED');
    if (!isOver) console.error(error);
    response.destroy();
  });
}

function serve(log) {
  const server = createServer((request, response) => {
    const { method, url } = request;
    if (method === 'GET' && url === '/events') return follow(log, request, response);
    if (method === 'GET' && url === '/') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      return createReadStream(PAGE).pipe(response);
    }
    // For the button that shows what happens when the network fails.
    if (method === 'POST' && url === '/drop') {
      response.writeHead(204).end(() => server.closeAllConnections());
      return undefined;
    }
    return response.writeHead(404).end();
  });
  return server;
}

const { values } = parseArgs({
  options: { port: { type: 'string', default: '8080' }, seconds: { type: 'string', default: '600' } },
});
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => stop.abort());

const directory = mkdtempSync(join(tmpdir(), 'millrace-sse-'));
const store = await openStore(directory);
try {
  await store.createTopic('github-events', { config: { 'segment.bytes': 1024 * 1024 } });
  const log = store.partition('github-events', 0);
  const server = serve(log).listen(Number(values.port), '127.0.0.1');
  await once(server, 'listening');
  console.log(
    `http://127.0.0.1:${server.address().port}/ follows the topic, for ${values.seconds} seconds or until Ctrl-C`,
  );

  const producing = produce(log, stop.signal);
  await Promise.race([producing, setTimeout(Number(values.seconds) * 1000, undefined, { signal: stop.signal })]).catch(
    (error) => {
      if (error.name !== 'AbortError') throw error;
    },
  );
  stop.abort();
  // Ended by the same signal.
  await producing.catch(() => undefined);
  server.close();
  server.closeAllConnections();
  console.log(`${log.endOffset} records were appended`);
} finally {
  await store.close();
  rmSync(directory, { recursive: true, force: true });
}
