/** Counts checks and says what failed; a check is a function that throws. */
export class Tally {
  passed = 0;
  /** Of each check that failed its name, and what it told. */
  failures = [];

  get failed() {
    return this.failures.length;
  }

  async check(name, run) {
    try {
      await run();
      this.passed++;
      console.log(`  ok    ${name}`);
    } catch (error) {
      const told = String(error?.stack ?? error);
      this.failures.push({ name, told });
      console.log(`  FAIL  ${name}\n${told.replaceAll(/^/gm, '        ')}`);
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
