/** A value that is usually there at once and only sometimes a promise of it. */
export type Eventually<T> = T | Promise<T>;

/**
 * Goes on with a value that may still be on its way. A warm decision never creates a promise
 * (one costs more than the rest of the decision), so `await` cannot be used on the request path.
 */
export function whenReady<T, R>(
  value: Eventually<T>,
  go: (value: T) => Eventually<R>,
): Eventually<R> {
  return value instanceof Promise ? value.then(go) : go(value);
}
