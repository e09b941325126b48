import { expect, test } from 'vitest';
import { PAGE_DOCUMENT, PAGE_ICON } from '#millrace/broker/http/page-document.js';

test('no script, no style and no address of another server stands in it', () => {
  for (const text of [PAGE_DOCUMENT, PAGE_ICON.replace('http://www.w3.org/2000/svg', '')]) {
    expect(text).not.toMatch(/style=|<style|\son\w+=|https?:|<script(?! type="module" src="\/page\.js"><\/script>)/);
  }
});

test('what the script looks for is there, once', () => {
  const ids = Array.from(PAGE_DOCUMENT.matchAll(/\sid="([^"]+)"/g), ([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(expect.arrayContaining(['status', 'why', 'facts', 'topics', 'apis', 'connections', 'plot-in']));
  for (const id of ['topics', 'apis', 'connections']) expect(ids).toContain(`${id}-note`);
});
