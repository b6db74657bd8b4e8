/**
 * Names of headers as a fragment writes them. Behind it are either names that are known or, for the chart, an expression of a
 * Helm template that stands for names of a later day.
 */
export interface HeaderNames {
  /** A text for each, on lines of its own. `variable` is the name with `_` in place of `-`. */
  each(text: (name: string, variable: string) => string): string;
  /** All of them in one line; `none` where there is none. */
  joined(separator: string, none?: string): string;
  /** The text where there is one at least; else nothing. */
  ifAny(text: string): string;
}

/**
 * What the lines are written with that a gateway's owner puts into its configuration. The recipes are made from them, so that
 * what the tests run is what the chart renders.
 */
export interface Wiring {
  /** Watchword's HTTP listener, `HOST:PORT`. */
  readonly watchword: string;
  /** The pipeline that the gateway names in the URL, or `-`. */
  readonly pipeline: string;
  /** Time in which Watchword must have answered, `1s` or `500ms`. */
  readonly timeout: string;
  /** The same as a number of milliseconds. */
  readonly milliseconds: string;
  /** `identityHeaders` of Watchword's configuration. */
  readonly identity: HeaderNames;
  /** Taken away after the check, where Watchword cannot tell the gateway so. */
  readonly removed: HeaderNames;
}

/** Names that are known. */
export function headerNames(names: readonly string[]): HeaderNames {
  return {
    each: (text) => names.map((name) => text(name, name.replaceAll('-', '_'))).join('\n'),
    joined: (separator, none = '') => names.join(separator) || none,
    ifAny: (text) => (names.length > 0 ? text : ''),
  };
}

/** Puts parts one below the other, without those that are empty. */
export function lines(...parts: readonly string[]): string {
  return `${parts.filter((part) => part !== '').join('\n')}\n`;
}

/** The text that many columns further right. */
export function indented(columns: number, text: string): string {
  return text.replaceAll(/^(?=.)/gm, ' '.repeat(columns));
}
