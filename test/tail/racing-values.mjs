/** Values that say whether they are whole and where they belong: offset, a number of their own, and a filling that follows from both. */

export function valueAt(offset, serial) {
  const head = `${offset} ${serial} `;
  return head.padEnd(head.length + ((serial * 7919) % 700), String.fromCharCode(97 + ((offset + serial) % 26)));
}

/** Throws when a value is not one that was appended at `offset`. */
export function checkValue(value, offset) {
  const text = String(value);
  const [at, serial] = text.split(' ', 2);
  if (Number(at) !== offset || text !== valueAt(offset, Number(serial)))
    throw new Error(`at ${offset} stands ${JSON.stringify(text.slice(0, 60))}, which nobody appended there`);
}
