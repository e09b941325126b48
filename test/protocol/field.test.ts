import { expect, test } from 'vitest';
import * as field from '#millrace/protocol/field.js';

test('each kind has its word', () => {
  const { array, struct, ...plain } = field;
  const kinds = Object.entries(plain).map(([name, make]) => [name, (make as () => field.Field)().kind]);
  expect(kinds.length).toBe(11);
  for (const [name, kind] of kinds) expect(kind).toBe(name);
  expect([array(plain.int32()).kind, struct({}).kind]).toEqual(['array', 'struct']);
});

test('a field keeps its options', () => {
  const options = { since: 3, until: 5, nullableSince: 4, tag: 1, default: 'x' } as const;
  expect(field.string(options).options).toEqual(options);
  expect(field.int8().options).toEqual({});
});

test('an array is of a field, or of structs', () => {
  expect(field.array(field.int32()).element).toEqual({ kind: 'int32', options: {} });
  const structs = field.array({ kind: field.string(), options: field.int8() }, { since: 2 });
  expect(structs.element?.kind).toBe('struct');
  expect(Object.keys(structs.element!.fields!)).toEqual(['kind', 'options']);
  expect(structs.options).toEqual({ since: 2 });
});
