/** The programs in a Markdown page, and what they say that they print. */

export interface Example {
  readonly page: string;
  /** Of the opening fence. */
  readonly line: number;
  readonly program: string;
}

/** The ```js blocks of a page; other languages are not run. */
export function examplesOf(page: string, text: string): Example[] {
  return [...text.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split('\n').length,
    program: match[1],
  }));
}

/** What stands behind `// =>`, in order. */
export function expectedOutput(program: string): string[] {
  return [...program.matchAll(/\/\/ => (.*)$/gm)].map((match) => match[1].trimEnd());
}

/** Names that a module exports, by declaration or from another. */
export function namesExported(source: string): string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, '');
  const lists = [...code.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap((match) => match[1].split(','));
  const declared = [...code.matchAll(/^export (?:async )?(?:function|class|const|interface|type) (\w+)/gm)];
  const listed = lists.map((item) =>
    item
      .trim()
      .replace(/^type /, '')
      .split(' as ')
      .at(-1)!,
  );
  return [...listed.filter((name) => name !== ''), ...declared.map((match) => match[1])];
}
