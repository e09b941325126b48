/** The pages of docs/api tell of all that a program can call: every public member of a public class, every option. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const pages = readdirSync(join(root, 'docs/api')).filter((name) => name.endsWith('.md'));
/** What stands as code on the pages: a word in a sentence tells of no member. */
const code = pages.flatMap((name) => read(`docs/api/${name}`).match(/^```[\s\S]*?^```|`[^`\n]+`/gm) ?? []).join('\n');
const isTold = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(code);

/** Members that are public for the rooms above and no concern of a program. */
const ours: Partial<Record<string, readonly string[]>> = {
  Store: ['open', 'writing', 'transactionCoordinator', 'groupCoordinator'],
  ReadOnlyStore: ['open'],
  LogReader: ['onceChanged'],
  LogWriter: ['openFile', 'leaderEpochs', 'configure', 'knownProducer'],
  PartitionLog: [
    'open',
    'abandon',
    'sealedSegments',
    'activeBaseOffset',
    'abortedInSegments',
    'replaceSegments',
    'offsetOfAside',
  ],
  FollowedLog: ['open', 'pace', 'look', 'gone'],
  OpenBatch: ['plan', 'isPlaced', 'checkIdle', 'publish', 'complete', 'wipe', 'end'],
  BatchFields: ['position', 'lastOffsetDelta', 'attributes', 'magic'],
  Broker: ['serveHttp'],
  RecordCursor: ['offsetDelta', 'timestampDelta', 'keyPosition', 'valuePosition', 'end'],
};

/** Names of the public members that a class declares, in a file of declarations. */
function publicMembers(declarations: string, name: string): string[] {
  const body = new RegExp(`^export declare (?:abstract )?class ${name}\\b[^{]*\\{\\n([\\s\\S]*?)^\\}`, 'm').exec(
    declarations,
  )?.[1];
  if (body === undefined) throw new Error(`no class ${name}`);
  const members = body
    .replaceAll(/\/\*[\s\S]*?\*\//g, '')
    .matchAll(/^ {4}(?!private |protected |constructor|#)(?:(?:static|readonly|get|set|async) )*(\w+)[?(:<]/gm);
  const hidden = ours[name] ?? [];
  return [...new Set(Array.from(members, (match) => match[1]))].filter((member) => !hidden.includes(member));
}

test.each([
  ['store/store', 'Store'],
  ['store/read-only-store', 'ReadOnlyStore'],
  ['log/log-reader', 'LogReader'],
  ['log/log-writer', 'LogWriter'],
  ['log/log-appender', 'LogAppender'],
  ['store/producer-ids', 'ProducerIds'],
  ['log/partition-log', 'PartitionLog'],
  ['log/log-follower', 'FollowedLog'],
  ['log/receipt', 'Receipt'],
  ['record/batches', 'BatchRun'],
  ['record/batch-header', 'BatchFields'],
  ['record/record-batch', 'RecordBatch'],
  ['record/record-cursor', 'RecordCursor'],
  ['record/record', 'LogRecord'],
  ['log/open-batch', 'OpenBatch'],
  ['producer/producer', 'Producer'],
  ['producer/transactional-producer', 'TransactionalProducer'],
  ['producer/transaction', 'Transaction'],
  ['consumer/consumer', 'Consumer'],
  ['consumer/partition-consumer', 'PartitionConsumer'],
  ['member/group-consumer', 'GroupConsumer'],
  ['consumer/consumer-batch', 'ConsumerBatch'],
  ['consumer/consumer-record', 'ConsumerRecord'],
  ['store/topic-store', 'TopicStore'],
  ['broker/broker', 'Broker'],
  ['protocol/frame-splitter', 'FrameSplitter'],
  ['protocol/message-schema', 'MessageSchema'],
  ['errors', 'MillraceError'],
])('%s: every member of %s', (path, name) => {
  const members = publicMembers(read(`dist/${path}.d.ts`), name);
  expect(members.length).toBeGreaterThan(0);
  expect(members.filter((member) => !isTold(member))).toEqual([]);
});

test.each([
  ['store/store-options', 'StoreOptions'],
  ['store/create-topic-options', 'CreateTopicOptions'],
  ['log/append-options', 'AppendOptions'],
  ['log/append-options', 'AppendBatchesOptions'],
  ['log/producer-stamp', 'ProducerStamp'],
  ['log/producer-stamp', 'EndTransactionOptions'],
  ['log/log-reader', 'ReadOptions'],
  ['log/arrivals', 'WaitOptions'],
  ['producer/producer-options', 'ProducerOptions'],
  ['producer/transactional-options', 'TransactionalProducerOptions'],
  ['types', 'OffsetToCommit'],
  ['consumer/consumer-options', 'ConsumerOptions'],
  ['member/group-consumer-options', 'GroupConsumerOptions'],
  ['metrics/metrics-options', 'MetricsOptions'],
  ['broker/broker', 'BrokerOptions'],
  ['protocol/frame-splitter', 'FrameSplitterOptions'],
  ['protocol/request-frame', 'RequestOptions'],
  ['protocol/field', 'FieldOptions'],
])('%s: every option of %s', (path, name) => {
  const body = new RegExp(`^export interface ${name}\\b[^{]*\\{\\n([\\s\\S]*?)^\\}`, 'm').exec(
    read(`dist/${path}.d.ts`),
  );
  const options = Array.from(body![1].matchAll(/^ {4}readonly (\w+)\?:/gm), (match) => match[1]);
  expect(options.length).toBeGreaterThan(0);
  expect(options.filter((option) => !isTold(option))).toEqual([]);
});

test('a member that no page tells of is found, and what is not public is none', () => {
  const declarations = `export declare class Thing<T> implements Iterable<T> {
    #private;
    /** hidden(): in a comment */
    readonly shown: number;
    private constructor();
    private secret;
    protected inner(): void;
    static openQuietly(): Thing;
    get size(): number;
    undocumentedMember(offset: number): void;
    [Symbol.iterator](): Iterator<T>;
}`;
  const members = publicMembers(declarations, 'Thing');
  expect(members).toEqual(['shown', 'openQuietly', 'size', 'undocumentedMember']);
  expect(members.filter((member) => !isTold(member))).toEqual(['shown', 'openQuietly', 'undocumentedMember']);
});
