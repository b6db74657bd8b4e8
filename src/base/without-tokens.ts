/**
 * What a JWT looks like anywhere: base64url of a JSON object's first bytes, then a dot, or cut off before it. Clients put
 * tokens into paths, request ids and host names too.
 */
const TOKEN = /(?:eyJ[\w-]{8,}|e[wy][\w-]{6,}\.[\w-]+)(?:\.[\w-]*)*/g;

/** A text in which nothing that looks like a token is left. For all that is logged or shown of what a client sent. */
export function withoutTokens(text: string): string {
  return text.replace(TOKEN, '(token)');
}
