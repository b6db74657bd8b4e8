import { caddyFragments } from '../gateways/caddy.ts';
import type { HeaderNames, Wiring } from '../gateways/fragment.ts';
import { haproxyFragments } from '../gateways/haproxy.ts';
import { kongFragments } from '../gateways/kong.ts';
import { nginxFragments } from '../gateways/nginx.ts';
import type { RecipeFile } from '../gateways/recipe.ts';

/** Gateways whose configuration the chart writes as text. */
export const FRAGMENTS: Readonly<Record<string, (wiring: Wiring) => readonly RecipeFile[]>> = {
  caddy: caddyFragments,
  haproxy: haproxyFragments,
  kong: kongFragments,
  nginx: nginxFragments,
};

/** What Helm fills in: the members of what the chart's template `watchword.forwardAuth` makes. */
const FILLED_IN: Wiring = {
  watchword: '{{ .watchword }}',
  pipeline: '-',
  timeout: '{{ .timeout }}',
  milliseconds: '{{ .milliseconds }}',
  identity: namesIn('.identityHeaders'),
  removed: namesIn('.removedHeaders'),
};

/** Names that are only known when Helm renders: a list in `variable`. */
function namesIn(variable: string): HeaderNames {
  return {
    each: (text) =>
      `{{- range ${variable} }}\n${text('{{ . }}', '{{ replace "-" "_" . }}')}\n{{- end }}`,
    joined: (separator, none = '') =>
      none === ''
        ? `{{ join ${JSON.stringify(separator)} ${variable} }}`
        : `{{ join ${JSON.stringify(separator)} ${variable} | default ${JSON.stringify(none)} }}`,
    ifAny: (text) => `{{- if ${variable} }}\n${text}\n{{- end }}`,
  };
}

/** The fragments as named templates of Helm, `watchword.fragment.<gateway>.<file>`. */
export function fragmentTemplates(): string {
  const made =
    '{{/* Made from deploy/gateways by node deploy/kubernetes/generate.ts: do not edit. */}}';
  const templates = Object.entries(FRAGMENTS).flatMap(([gateway, fragments]) =>
    fragments(FILLED_IN).map(
      ({ name, text }) =>
        `{{- define "watchword.fragment.${gateway}.${name}" -}}\n${text}{{- end -}}`,
    ),
  );
  return `${[made, ...templates].join('\n\n')}\n`;
}
