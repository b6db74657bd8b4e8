/** A run of what a compact JWT is made of: base64url and dots. No two runs touch, so that each character is looked at once. */
const RUN = /[\w-]+(?:\.[\w-]*)*/g;

/** Where base64url of a JSON object may begin, and where it surely does: behind the second no dot is needed. */
const OBJECT = /e[wy][\w-]{6}/;
const OBJECT_OF_NAMES = /eyJ[\w-]{8}/;
const NEXT_PART = /\.[\w-]/;

/**
 * A text in which nothing that looks like a token is left, nor what is glued to one. For all that is logged or shown of what a client
 * sent: clients put tokens into paths, request ids and host names too. Linear in the text's length, which the client chooses.
 */
export function withoutTokens(text: string): string {
  return text.replace(RUN, (run) => {
    const object = run.search(OBJECT);
    const hasParts = object !== -1 && NEXT_PART.test(run.slice(object));
    const start = hasParts ? object : run.search(OBJECT_OF_NAMES);
    return start === -1 ? run : `${run.slice(0, start)}(token)`;
  });
}
