import { expect, test } from 'vitest';
import { FrameInput } from '#millrace/cli/produce/frame-input.js';
import { LineFraming } from '#millrace/cli/produce/line-framing.js';
import { produceAll } from '#millrace/cli/produce/producing.js';
import { jsonValue } from '#millrace/cli/produce/record-maker.js';
import { Refusals } from '#millrace/cli/produce/refusals.js';
import { TopicWriter } from '#millrace/cli/produce/topic-writer.js';
import { openStore } from '#millrace/main.js';
import { valuesOf } from '../../store/store-fixture.ts';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { testContext } from '../cli-run.ts';
import { bytesSource } from './frames.ts';

async function produced(text: string, abortAfter = Infinity) {
  const context = testContext();
  await using store = await openStore(temporaryDirectory());
  await store.createTopic('t');
  const log = store.partition('t', 0);
  const framing = new LineFraming(100);
  const refusals = new Refusals(context, framing);
  const refuse = (number: number, reason: string): void => refusals.refuse(number, reason);
  const writer = new TopicWriter({ logs: [log], append: {}, maxMessageBytes: 1000, segmentBytes: 1 << 20, refuse });
  const seen: number[] = [];
  await produceAll({
    input: new FrameInput({ source: bytesSource(Buffer.from(text)), framing, chunkBytes: 8 }),
    make: jsonValue(null),
    writer,
    refusals,
    progress: {
      update: (done) => {
        seen.push(done);
        if (done >= abortAfter) context.controller.abort();
      },
      stop: () => undefined,
    },
    durable: true,
    signal: context.signal,
  });
  return {
    values: valuesOf(log),
    durable: log.durableOffset,
    refused: refusals.count,
    seen,
    said: context.stderr.text,
  };
}

test('records are appended and durable, refusals counted, progress told', async () => {
  const { values, durable, refused, seen, said } = await produced('1\n{"a":2}\n\nnone\n"three"');
  expect(values).toEqual(['1', '{"a":2}', '"three"']);
  expect([durable, refused]).toEqual([3, 1]);
  expect(seen.at(-1)).toBe(23);
  expect(said).toMatch(/^millrace: line 4 refused: it is not JSON: [^\n]+\n$/);
});

test('when the signal ends, what was read is appended and no more is read', async () => {
  const { values } = await produced('1\n2\n3\n4\n5\n6\n7\n8\n9\n', 8);
  expect(values).toEqual(['1', '2', '3', '4']);
});
