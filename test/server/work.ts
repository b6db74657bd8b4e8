/** What was done with texts while something ran: how many characters were looked at, and how many pieces were made of them. */
export interface Work {
  readonly characters: number;
  readonly pieces: number;
}

type AnyFunction = (this: unknown, ...args: never[]) => unknown;

/** Runs something and counts what the functions that go over a text are given and give. */
export async function workOf(run: () => unknown): Promise<Work> {
  using stack = new DisposableStack();
  let characters = 0;
  let pieces = 0;
  const over = (text: unknown): void => {
    if (typeof text === 'string') characters += text.length;
  };
  const patch = (owner: object, name: string | symbol, wrap: (own: AnyFunction) => AnyFunction) => {
    const own = Reflect.get(owner, name) as AnyFunction;
    Reflect.set(owner, name, wrap(own));
    stack.defer(() => void Reflect.set(owner, name, own));
  };
  for (const name of ['replaceAll', 'search', 'includes', 'indexOf'])
    patch(
      String.prototype,
      name,
      (own) =>
        function (this: unknown, ...args) {
          over(String(this));
          return own.apply(this, args);
        },
    );
  for (const name of ['test', 'exec'] as const)
    patch(
      RegExp.prototype,
      name,
      (own) =>
        function (this: unknown, ...args) {
          const { sticky, global, lastIndex } = this as RegExp;
          const found = own.apply(this, args);
          // One that goes on from where it was has looked at what it found.
          const goesOn = (sticky || global) && found;
          characters += goesOn ? (this as RegExp).lastIndex - lastIndex : String(args[0]).length;
          pieces += found ? 1 : 0;
          return found;
        },
    );
  patch(
    String.prototype,
    'split',
    (own) =>
      function (this: unknown, ...args) {
        const parts = own.apply(this, args) as string[];
        characters += parts.reduce((sum, { length }) => sum + length + 1, 0);
        pieces += parts.length;
        return parts;
      },
  );
  patch(
    String.prototype,
    'replace',
    (own) =>
      function (this: unknown, ...args) {
        over(String(this));
        const [pattern, by] = args as unknown as [RegExp, (...found: string[]) => string];
        if (typeof by !== 'function') return own.apply(this, args);
        const counting = (...found: string[]): string => {
          pieces += 1;
          return by(...found);
        };
        return own.apply(this, [pattern, counting] as never[]);
      },
  );
  patch(
    String.prototype,
    'matchAll',
    (own) =>
      function (this: unknown, ...args) {
        over(String(this));
        const found = [...(own.apply(this, args) as Iterable<unknown>)];
        pieces += found.length;
        return found.values();
      },
  );
  patch(
    JSON,
    'parse',
    (own) =>
      function (this: unknown, ...args) {
        const [text, reviver] = args as unknown as [string, AnyFunction | undefined];
        over(text);
        if (reviver === undefined) return own.apply(this, args);
        const counting = function (this: unknown, ...found: never[]): unknown {
          pieces += 1;
          return reviver.apply(this, found);
        };
        return own.apply(this, [text, counting] as never[]);
      },
  );
  await run();
  return { characters, pieces };
}
