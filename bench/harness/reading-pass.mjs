/** One pass over a log: adds up the offsets and the value sizes of all records, so that nothing can be skipped. */
export function sumOfLog(log) {
  let sum = 0;
  let offset = log.startOffset;
  while (offset < log.endOffset) {
    for (const batch of log.read(offset)) {
      sum += sumOfBatch(batch);
      offset = batch.nextOffset;
    }
  }
  return sum;
}

function sumOfBatch(batch) {
  let sum = 0;
  for (const record of batch) sum += record.offset + record.valueSize;
  return sum;
}

/** A loop that touches no memory: what a core does when nobody is in its way. Returns loops a second. */
export function spin(count) {
  const began = performance.now();
  let state = 1;
  for (let i = 0; i < count; i++) state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
  const elapsed = performance.now() - began;
  if (state === 0) throw new Error('the generator has come to an end');
  return (count * 1000) / elapsed;
}
