/**
 * Who is measured, by the name that the command line knows.
 *
 *     what       how a report calls it
 *     node       the module whose `open` makes it; `npm`: the package that it needs, of npm/package.json
 *     java       the class that makes it, its arguments, and the jars that it needs: a name of java.mjs
 *     slices     false: it takes one record at a time, so that there is nothing to choose
 *     atLeast    how many times its rate ours must reach, in appends of the same number of records
 *
 * A Node peer is `open({ directory, records })`, which returns, or promises, an empty log that appends these records each time:
 *
 *     append()         one append; a promise only if there is something to wait for
 *     finish()         optional: resolves when all that was appended was handed to the operating system
 *     read(sequence)   the value of the record of that number, counted from 0; the last one is asked for, to see that all is there
 *     close()
 */
export const contestants = {
  millrace: { what: 'millrace', node: 'millrace.mjs' },
  kafka: {
    what: "Kafka's UnifiedLog, encoding",
    java: { jars: 'kafka', main: 'KafkaPeer', args: ['encode'] },
    atLeast: 5,
  },
  'kafka-encoded': {
    what: "Kafka's UnifiedLog, records encoded beforehand",
    java: { jars: 'kafka', main: 'KafkaPeer', args: ['reuse'] },
  },
  chronicle: {
    what: 'Chronicle Queue, record by record',
    java: { jars: 'chronicle', main: 'ChroniclePeer', args: [] },
    slices: false,
    atLeast: 3,
  },
  lmdb: { what: 'lmdb', node: 'npm/lmdb.mjs', npm: 'lmdb', atLeast: 10 },
  'classic-level': { what: 'classic-level', node: 'npm/classic-level.mjs', npm: 'classic-level', atLeast: 10 },
  sqlite: { what: 'SQLite', node: 'npm/sqlite.mjs', npm: '@photostructure/sqlite', atLeast: 10 },
  hypercore: { what: 'hypercore', node: 'npm/hypercore.mjs', npm: 'hypercore', atLeast: 10 },
  'async-append-only-log': {
    what: 'async-append-only-log',
    node: 'npm/async-append-only-log.mjs',
    npm: 'async-append-only-log',
    atLeast: 10,
  },
  ndjson: { what: 'lines of JSON by fs.appendFileSync', node: 'ndjson.mjs' },
  'write-stream': { what: 'frames by a write stream', node: 'write-stream.mjs' },
  'framed-writes': { what: 'frames by fs.writeSync', node: 'framed-writes.mjs' },
};
