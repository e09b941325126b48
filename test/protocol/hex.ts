/** Bytes in a test: hexadecimal, a space between fields. */
export function hex(fields: string): string {
  return fields.replaceAll(' ', '');
}
