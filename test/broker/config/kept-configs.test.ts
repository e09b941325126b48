import { expect, test } from 'vitest';
import { keptConfigs } from '#millrace/broker/config/kept-configs.js';

test('none of them is obeyed, any value will do, and each says why', () => {
  for (const [name, { obeyed, parse, documentation }] of Object.entries(keptConfigs)) {
    expect(obeyed, name).toBe(false);
    expect(parse('anything'), name).toBe('anything');
    expect(documentation, name).toMatch(/^[A-Z].*\.$/);
  }
});
