/** What a client asks to be done with the value of a setting. (AlterConfigOp.) */

/** Kafka's numbers. */
export const operations = { set: 0, delete: 1, append: 2, subtract: 3 } as const;

export interface AskedChange {
  readonly name: string;
  readonly configOperation: number;
  /** Not null, but where it is taken back. */
  readonly value: string | null;
}

/** A list, with commas between, after `append` or `subtract`. */
export function changedItems(list: string, { configOperation, value }: AskedChange): string {
  const has = itemsOf(list);
  const asked = itemsOf(value!);
  const isAppend = configOperation === operations.append;
  const changed = isAppend ? new Set([...has, ...asked]) : has.filter((item) => !asked.includes(item));
  return [...changed].join();
}

function itemsOf(list: string): string[] {
  return list.split(',').filter((item) => item !== '');
}
