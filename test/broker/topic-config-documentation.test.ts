import { expect, test } from 'vitest';
import { topicConfigDocumentation } from '#millrace/broker/topic-config-documentation.js';
import { topicConfigNames, topicConfigs } from '#millrace/store/topic-config.js';

test('each setting of topics has its sentence, and one that is not obeyed says so', () => {
  expect(Object.keys(topicConfigDocumentation)).toEqual(topicConfigNames);
  for (const name of topicConfigNames) {
    const sentence = topicConfigDocumentation[name];
    expect(sentence, name).toMatch(/\.$/);
    expect(/stored, and not|belongs to tiered/i.test(sentence), name).toBe(!topicConfigs[name].obeyed);
  }
});
