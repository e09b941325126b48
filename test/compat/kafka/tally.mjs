/** Counts checks and says what failed; a check is a function that throws. */
export class Tally {
  passed = 0;
  failed = 0;

  async check(name, run) {
    try {
      await run();
      this.passed++;
      console.log(`  ok    ${name}`);
    } catch (error) {
      this.failed++;
      console.log(`  FAIL  ${name}\n${String(error?.stack ?? error).replaceAll(/^/gm, '        ')}`);
    }
  }
}

/** Throws unless both have the same JSON. */
export function same(what, ours, theirs) {
  const [a, b] = [JSON.stringify(ours), JSON.stringify(theirs)];
  if (a !== b) throw new Error(`${what}: ours ${shorten(a)}, Kafka's ${shorten(b)}`);
}

export function holds(condition, sentence) {
  if (!condition) throw new Error(sentence);
}

function shorten(text) {
  return text === undefined || text.length <= 600 ? String(text) : `${text.slice(0, 600)}...`;
}
