import { expect, test } from 'vitest';
import { PAGE_DOCUMENT } from '#millrace/broker/http/page-document.js';
import { PAGE_STYLE } from '#millrace/broker/http/page-style.js';

test('every colour is one by day and one by night, and nothing is loaded', () => {
  const colours = [...PAGE_STYLE.matchAll(/#[0-9a-f]{6}\b/g)].length;
  expect(colours).toBeGreaterThan(10);
  expect(colours).toBe(2 * [...PAGE_STYLE.matchAll(/light-dark\(#[0-9a-f]{6}, #[0-9a-f]{6}\)/g)].length);
  expect(PAGE_STYLE).not.toMatch(/@import|url\(/);
});

test('text is readable: at least 4.5 to 1 against what it stands on', () => {
  const luminance = (colour: string): number => {
    const [r, g, b] = [1, 3, 5].map((i) => {
      const share = Number.parseInt(colour.slice(i, i + 2), 16) / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const colours = Object.fromEntries(
    Array.from(PAGE_STYLE.matchAll(/--(\w+): light-dark\((#\w+), (#\w+)\)/g), ([, name, day, night]) => [
      name,
      [day, night],
    ]),
  );
  for (const ground of ['paper', 'card']) {
    for (const ink of ['ink', 'faint', 'water', 'good', 'bad']) {
      for (const time of [0, 1]) {
        const [low, high] = [colours[ground][time], colours[ink][time]].map(luminance).sort((a, b) => a - b);
        expect((high + 0.05) / (low + 0.05), `${ink} on ${ground}, ${time}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  }
});

test('each class that it speaks of may be there', () => {
  expect(PAGE_DOCUMENT).toContain('class="card"');
  expect(PAGE_STYLE).toContain('.card {');
});
