/** A run of what a compact JWT is made of: base64url, and dots in either spelling. No two runs touch: each character is looked at once. */
const RUN = /[\w-]+(?:(?:\.|%2e)[\w-]*)*/gi;

/** Where base64url of a JSON object may begin, and where it surely does: behind the second no dot is needed. */
const OBJECT = /e[wy][\w-]{6}/;
const OBJECT_OF_NAMES = /eyJ[\w-]{8}/;
const NEXT_PART = /(?:\.|%2e)[\w-]/i;

/**
 * A text without what looks like a token, and without what follows it up to the next white space: its signature, however the parts are
 * joined. For all that is logged or shown of what a client sent: clients put tokens into paths, request ids and host names too.
 * Linear in the text's length, which the client chooses.
 */
export function redactTokens(text: string): string {
  return text.replace(/\S+/g, (word) => {
    for (const { 0: run, index } of word.matchAll(RUN)) {
      const start = tokenStart(run);
      if (start !== -1) return `${word.slice(0, index + start)}(token)`;
    }
    return word;
  });
}

/** How much more is looked at than is shown, so that a token is known by what follows where it is cut. */
const LOOK_AHEAD = 2;

/**
 * The start of a text, `longest` characters at most, without what looks like a token. It is cut before it is looked at: clients choose
 * how long their request ids and paths are.
 */
export function startWithoutTokens(text: string, longest: number): string {
  return redactTokens(text.slice(0, LOOK_AHEAD * longest)).slice(0, longest);
}

function tokenStart(run: string): number {
  const object = run.search(OBJECT);
  const hasParts = object !== -1 && NEXT_PART.test(run.slice(object));
  return hasParts ? object : run.search(OBJECT_OF_NAMES);
}
