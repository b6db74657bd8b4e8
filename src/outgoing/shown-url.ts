/** A URL as logs and answers may show it: what else it has, a query or a password, may be a secret. */
export function shownUrl(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? 'no URL' : `${parsed.origin}${parsed.pathname}`;
}
