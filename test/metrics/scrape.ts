/** Reads what a scrape returns, by the grammar of Prometheus' text format, strictly: a line that does not fit throws. */

const SAMPLE = /^([a-zA-Z_:][\w:]*(?:\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*\})?) (\S+)$/;

/** Value by name with labels. */
export function parseMetrics(text: string): Map<string, number> {
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || /^# (?:HELP [a-zA-Z_:][\w:]* .+|TYPE [a-zA-Z_:][\w:]* (?:counter|gauge|summary))$/.test(line))
      continue;
    const match = SAMPLE.exec(line);
    if (match === null || values.has(match[1])) throw new Error(`no sample, or one that came before: ${line}`);
    values.set(match[1], Number(match[2]));
  }
  return values;
}
