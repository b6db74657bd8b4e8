import { domainToASCII } from 'node:url';
import { isHostPattern } from './host.ts';

/** One way in which people write hosts that no host is, and the host without it. */
interface Habit {
  readonly says: string;
  readonly mend: (text: string) => string;
}

/** Each is applied to what the one before has left. */
const HABITS: readonly Habit[] = [
  { says: 'a host has no spaces', mend: (text) => text.trim() },
  {
    says: 'a host has no scheme',
    mend: (text) => text.replace(/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//, ''),
  },
  {
    says: 'a host has no path; paths stand under `paths`',
    mend: (text) => text.replace(/[/?#].*$/, ''),
  },
  { says: 'a host has no user name', mend: (text) => text.replace(/^.*@/, '') },
  { says: 'an IPv6 address stands in brackets', mend: bracketed },
  {
    says: 'the port is left out: it is dropped from requests before hosts are compared',
    mend: (text) => text.replace(/^(\[[^\]]*\]|[^:]*):(?:\d*|\*)$/, '$1'),
  },
  {
    says: 'dots are not escaped: this is no regular expression',
    mend: (text) => text.replaceAll('\\.', '.').replace(/^\^/, '').replace(/\$$/, ''),
  },
  {
    says: "'*.' alone stands for any names in front",
    mend: (text) => text.replace(/^(?:\.\*|\*\*)\.|^\.(?=[^.])|^\*(?=[a-z0-9])/i, '*.'),
  },
  { says: 'without a dot at its end', mend: (text) => text.replace(/\.$/, '') },
  { says: 'hosts are compared in lower case', mend: lowerCase },
  { says: 'names travel as ASCII (punycode, RFC 3492)', mend: inAscii },
];

/** Says why a text is no host pattern, with the one that was meant where that can be told, or null. */
export function hostPatternFault(pattern: string): string | null {
  if (isHostPattern(pattern)) return null;
  const what = `'${pattern}' is not a host, '*.' and a host, or '*'`;
  const several = pattern.split(/[\s,|]+/).filter((one) => one !== '');
  if (several.length > 1 && several.every(isHostPattern))
    return `'${pattern}' is several hosts: write each as an entry of its own, [${several.map((one) => `'${one}'`).join(', ')}]`;
  let meant = pattern;
  const reasons: string[] = [];
  for (const { says, mend } of HABITS) {
    const mended = mend(meant);
    if (mended !== meant) reasons.push(says);
    meant = mended;
  }
  if (reasons.length > 0 && meant !== '*' && isHostPattern(meant))
    return `${what}: ${reasons.join('; ')}: write '${meant}'`;
  if (pattern === '') return `${what}: it is empty`;
  return /.\*|\*[^.]/.test(pattern)
    ? `${what}: '*' stands only at the beginning, for one name or more`
    : what;
}

function bracketed(text: string): string {
  return /^[0-9a-f]*(?::[0-9a-f]*){2,}$/i.test(text) ? `[${text}]` : text;
}

/** ASCII only: the Kelvin sign would become a `k`. */
function lowerCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function inAscii(text: string): string {
  if (!/[^\0-\x7f]/.test(text)) return text;
  const [, wildcard = '', name = ''] = /^(\*\.)?(.*)$/s.exec(text) ?? [];
  return `${wildcard}${domainToASCII(name)}`;
}
