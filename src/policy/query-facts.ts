import { queryFault, queryParts, readName } from '../request/parts.ts';

/** The query parameters that an expression reads, decoded, by name. */
export type QueryFacts = Readonly<Record<string, string>>;

const NO_PARAMETERS: readonly QueryFacts[] = [{}];

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * The parameters of these names in both readings: `+` is a space in forms (WHATWG URL, section 5.1) and itself elsewhere. Text says
 * why one has no value that all backends agree about: what holds of the first of two says nothing of the second.
 */
export function queryFacts(
  target: string,
  names: readonly string[],
): readonly QueryFacts[] | string {
  if (names.length === 0) return NO_PARAMETERS;
  const all = queryParts(target, names);
  const plain: [string, string][] = [];
  const form: [string, string][] = [];
  for (const name of names) {
    const parts = all.get(readName(name)) ?? [];
    const fault = queryFault(parts, name);
    if (fault !== null) return `query parameter ${name} is ${fault}`;
    const sent = parts[0]?.value;
    if (sent === undefined) continue;
    const value = decoded(sent);
    if (value === null) return `query parameter ${name} is not percent-encoded UTF-8`;
    plain.push([name, value]);
    form.push([name, decoded(sent.replaceAll('+', ' ')) ?? '']);
  }
  const isOne = form.every(([, value], index) => value === plain[index]?.[1]);
  return isOne ? [Object.fromEntries(plain)] : [plain, form].map((one) => Object.fromEntries(one));
}

/** Null where not every reader finds the same characters: `%` that encodes nothing, bytes that are no UTF-8. */
function decoded(sent: string): string | null {
  if (/%(?![0-9a-f]{2})/i.test(sent)) return null;
  const bytes = sent.replace(/%(..)/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  try {
    return UTF8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return null;
  }
}
