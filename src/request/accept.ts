/** A media range of an `Accept` header with its weight (RFC 9110 section 12.5.1). */
const RANGE = /^\s*([^\s;,]+)\s*(?:;[^,]*?\bq=([01](?:\.\d{0,3})?))?/i;

/**
 * Whether who asks would rather have HTML than JSON: it is named, and weighs more. Programs that take anything get JSON, and browsers
 * name `text/html` first.
 */
export function prefersHtml(accept: string): boolean {
  const weights = new Map<string, number>();
  for (const part of accept.split(',')) {
    const [, range = '', weight = '1'] = RANGE.exec(part) ?? [];
    weights.set(range.toLowerCase(), Number(weight));
  }
  const html = weights.get('text/html') ?? weights.get('application/xhtml+xml') ?? 0;
  const json = ['application/json', 'application/problem+json'].map((one) => weights.get(one) ?? 0);
  return html > Math.max(...json);
}
