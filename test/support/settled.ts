/** What a figure comes to: for what happens in another process, or in the kernel, and ends without a word. */

/** The value once it was the same for `quietMs`; throws when it never is within ten seconds. */
export async function settled(read: () => number, quietMs = 200): Promise<number> {
  const deadline = performance.now() + 10_000;
  for (let [value, since] = [read(), performance.now()]; performance.now() < deadline;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const now = read();
    if (now !== value) [value, since] = [now, performance.now()];
    else if (performance.now() - since >= quietMs) return value;
  }
  throw new Error(`not settled: ${read()}`);
}
