/**
 * Methods. Letter case counts (RFC 9110 section 9.1) and gateways route by it, but backends fold it: Django and Werkzeug read
 * `post` as `POST`. So a method that is not in upper case has two readings.
 */

const ONE_READING = /^[!-`{-~]*$/;

/** The other reading of a method, in upper case; null where it has one reading only. */
export function otherReading(method: string): string | null {
  return ONE_READING.test(method) ? null : method.toUpperCase();
}

/**
 * The method that a CORS preflight announces (Fetch standard, section 4.8), or null where the request is none. OPTIONS counts in
 * every letter case here: whether such a request passes is for the policy to say.
 */
export function announcedBy(
  method: string,
  origin: string | null,
  requestMethod: string | null,
): string | null {
  return origin !== null && (otherReading(method) ?? method) === 'OPTIONS' ? requestMethod : null;
}
