/** JavaScript in the making: lines of a function's body, and names for its variables. */
export class CodeLines {
  readonly #lines: string[] = [];
  #names = 0;

  add(...lines: string[]): this {
    this.#lines.push(...lines);
    return this;
  }

  /** A name that no other variable of the function has. */
  name(prefix: string): string {
    return `${prefix}${this.#names++}`;
  }

  get text(): string {
    return this.#lines.join('\n');
  }
}

/** Makes the function; throws where the process was told not to make code from strings. */
export function functionOf(name: string, parameters: string, body: CodeLines, runtime: object): unknown {
  const source = `'use strict';\nconst { ${Object.keys(runtime).join(', ')} } = runtime;\nreturn function ${name}(${parameters}) {\n${body.text}\n};`;
  // The text is made of a schema alone, whose names and values message-layout.ts and JSON have seen.
  // oxlint-disable-next-line typescript/no-implied-eval, eslint/no-new-func
  return (new Function('runtime', source) as (runtime: object) => unknown)(runtime);
}

/** Is the process allowed to? `--disallow-code-generation-from-strings` and some runtimes forbid it. Tried once. */
export const canMakeCode: boolean = (() => {
  try {
    const trial = functionOf('trial', '', new CodeLines().add('return yes;'), { yes: true });
    return (trial as () => boolean)();
  } catch {
    // Then messages are interpreted.
    return false;
  }
})();
