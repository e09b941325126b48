/** The page that follows a topic: its stream as any client sees it, and the page in a headless Chromium where there is one. */
import { expect, onTestFinished, test } from 'vitest';
import { hasBrowser, inBrowser, launchBrowser } from '../../support/browser.ts';
import { startExample } from '../run-example.ts';

const timeout = 60_000;

async function startServer(): Promise<{ url: string; stop: () => Promise<string[]> }> {
  const { child, firstLine, lines } = startExample('sse/server.js', ['--port', '0', '--seconds', '60']);
  const [url] = /http:\S+/.exec(await firstLine)!;
  return {
    url,
    stop: () => {
      child.kill('SIGTERM');
      return lines;
    },
  };
}

interface SentEvent {
  readonly id: number;
  readonly data: Record<string, unknown>;
}

/** The next `count` events of a stream. */
async function eventsOf(url: string, count: number, headers: Record<string, string> = {}): Promise<SentEvent[]> {
  const stop = new AbortController();
  const response = await fetch(`${url}events`, { headers, signal: stop.signal });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  let text = '';
  const events: SentEvent[] = [];
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop()!;
    for (const block of blocks) {
      const match = /^id: (\d+)\ndata: (.+)$/.exec(block);
      if (match !== null) events.push({ id: Number(match[1]), data: JSON.parse(match[2]) as Record<string, unknown> });
    }
    if (events.length >= count) break;
  }
  stop.abort();
  return events.slice(0, count);
}

test(
  'a stream goes on behind the id that the client sends',
  async () => {
    const { url, stop } = await startServer();
    const first = await eventsOf(url, 6);
    const ids = first.map(({ id }) => id);
    expect(ids).toEqual(Array.from({ length: 6 }, (_, i) => ids[0] + i));
    expect(Object.keys(first[0].data)).toEqual(['time', 'subject', 'action', 'sender', 'bytes']);

    const again = await eventsOf(url, 3, { 'last-event-id': String(ids[2]) });
    expect(again).toEqual(first.slice(3));
    // Nonsense, and offsets that are not there, begin where a new reader does or at the end.
    for (const id of ['no number', '-1', '999999999999999']) {
      expect((await eventsOf(url, 1, { 'last-event-id': id }))[0].id).toBeGreaterThanOrEqual(0);
    }
    expect((await fetch(`${url}nothing`)).status).toBe(404);
    expect((await stop()).at(-1)).toMatch(/^\d+ records were appended$/);
  },
  timeout,
);

// Needs Chromium: Debian's package, or CHROMIUM_PATH.
test.skipIf(!hasBrowser)(
  inBrowser('the page follows the topic, and over a dropped connection without a loss or a repetition'),
  async () => {
    const { url, stop } = await startServer();
    const browser = await launchBrowser();
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(url);
    const textOf = (id: string): Promise<string> => page.locator(`#${id}`).innerText();
    const atLeast = (id: string, count: number): Promise<unknown> =>
      page.waitForFunction(`Number(document.getElementById('${id}').textContent) >= ${count}`);

    await atLeast('received', 3);
    expect(await textOf('state')).toBe('live');
    const row = page.locator('#rows tr').first();
    expect(await row.locator('td').allInnerTexts()).toHaveLength(6);

    await page.getByRole('button', { name: 'Drop the connection' }).click();
    await atLeast('connections', 2);
    const received = Number(await textOf('received'));
    await atLeast('received', received + 3);
    expect(await textOf('state')).toBe('live');
    expect([await textOf('lost'), await textOf('twice')]).toEqual(['0', '0']);
    const isLastFirst = `document.querySelector('#rows tr td').textContent === document.getElementById('last').textContent`;
    await page.waitForFunction(isLastFirst);
    expect(problems).toEqual([]);
    const screenshot = process.env['MILLRACE_SCREENSHOT'];
    if (screenshot !== undefined) await page.screenshot({ path: screenshot });

    await browser.close();
    await stop();
  },
  timeout,
);
