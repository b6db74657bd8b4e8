/** What stands in examples and templates for a value of one's own. None is ever replaced here. */
const PLACEHOLDERS: readonly RegExp[] = [
  // Shells, compose files and envsubst.
  /\$\{[^{}]*\}/,
  /\$\([A-Za-z_][A-Za-z0-9_]*\)/,
  /\$[A-Z_][A-Z0-9_]+\b/,
  // Not `%C3%BC`, which is percent-encoding.
  /%(?![0-9A-F]{2}%)[A-Z][A-Z0-9_]+%/,
  // Helm, Ansible, Jinja.
  /\{\{.*?\}\}/,
  /\{%.*?%\}/,
  // Ruby, Kustomize replacements, sed scripts.
  /<%.*?%>/,
  /__[A-Z][A-Z0-9_]*__/,
  /@@?[A-Z][A-Z0-9_]+@@?/,
  // Documentation.
  /<[A-Za-z][\w .-]*>/,
  /\b(?:YOUR|MY)[_-][A-Za-z0-9_-]+/,
  /\byour[-_](?:tenant|domain|issuer|audience|api|host|realm|region|client|project|app|org|pool|company)[\w-]*/i,
  /\b(?:CHANGE|REPLACE|FILL)[_-]?(?:ME|THIS|IN)\b/i,
  /\b(?:TODO|FIXME|TBD|XXX+)\b/,
];

/** The first placeholder in a text, or null where it has none. */
export function placeholderIn(text: string): string | null {
  for (const pattern of PLACEHOLDERS) {
    const found = pattern.exec(text)?.[0];
    if (found !== undefined) return found;
  }
  return null;
}

/** What to do about a placeholder. */
export function placeholderHint(placeholder: string): string {
  return `'${placeholder.slice(0, 64)}' is a placeholder: write the value itself, nothing is substituted here`;
}
