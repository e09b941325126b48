import { expect, test } from 'vitest';
import { groupConfigs } from '#millrace/broker/config/group-configs.js';
import { groupNumbers } from '#millrace/group/group-numbers.js';
import { checkOptions } from '#millrace/store/store-options.js';

test('each default is within its bounds, and is that of a store', () => {
  const options = checkOptions({});
  for (const [name, [standard, least, most]] of Object.entries(groupNumbers)) {
    expect(standard >= least && standard <= most, name).toBe(true);
    expect(options[name as keyof typeof groupNumbers], name).toBe(standard);
  }
});

test('a broker has the same', () => {
  expect(groupConfigs['group.max.size'].default).toBe(groupNumbers.groupMaxSize[0]);
  expect(groupConfigs['offsets.retention.minutes'].default).toBe(groupNumbers.offsetsRetentionMs[0] / 60_000);
});
