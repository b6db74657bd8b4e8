import { lines, type Wiring } from './fragment.ts';
import { type Recipe, type RecipeFile, type Route, type Site, wiringOf } from './recipe.ts';

/** Caddy with forward_auth: `Caddyfile` and the snippet that it imports. Run with `caddy run --config Caddyfile`. */
export function caddyFiles(recipe: Recipe): readonly RecipeFile[] {
  const { listen, routes, sites = [] } = recipe;
  const colon = listen.lastIndexOf(':');
  const text = `{
	admin off
	auto_https off
	persist_config off
}
import watchword.caddyfile

# A port alone: with a host in it, every other host would get an empty 200.
${listen.slice(colon)} {
	bind ${listen.slice(0, colon)}
${routes.map((route) => handle(route, recipe)).join('\n')}
}
${sites.map((site) => siteBlock(site, recipe)).join('')}`;
  const snippets = routes.map((route) => snippet(snippetName(route), wiringOf(recipe, route)));
  return [
    { name: 'Caddyfile', language: 'caddyfile', text },
    { name: 'watchword.caddyfile', language: 'caddyfile', text: snippets.join('') },
  ];
}

/** What the chart gives to a Caddy. */
export function caddyFragments(wiring: Wiring): readonly RecipeFile[] {
  const text = snippet('watchword', wiring);
  return [{ name: 'watchword.caddyfile', language: 'caddyfile', text }];
}

function snippet(name: string, wiring: Wiring): string {
  const { watchword, pipeline, timeout, identity, removed } = wiring;
  return lines(
    `(${name}) {`,
    identity.ifAny(`	# Caddy drops every header that Connection names, those of the answer too.
	@${name}-hop header_regexp Connection (?i)${identity.joined('|')}
	handle @${name}-hop {
		respond 400
	}`),
    `	handle {
		forward_auth ${watchword} {
			# The httpCheck mark keeps the client's query out of the check's URL.
			uri /auth/caddy/${pipeline}?`,
    identity.ifAny(`			# What the client sent under these names is removed, also where the answer has none (Caddy 2.11).
			copy_headers ${identity.joined(' ')}`),
    `			transport http {
				dial_timeout ${timeout}
				response_header_timeout ${timeout}
			}
		}
		# After the check, since Caddy orders request_header behind forward_auth.`,
    removed.each((header) => `		request_header -${header}`),
    `		{block}
	}
}`,
  );
}

function snippetName({ prefix }: Route): string {
  return `watchword${prefix === '/' ? '' : prefix.replaceAll('/', '-')}`;
}

/** A site block of its own. Caddy finds it by the host without port, in any case, as Watchword reads it. */
function siteBlock({ host, backend }: Site, { listen }: Recipe): string {
  const colon = listen.lastIndexOf(':');
  return `
http://${host}${listen.slice(colon)} {
	bind ${listen.slice(0, colon)}
	import watchword {
		reverse_proxy ${backend}
	}
}
`;
}

function handle(route: Route, { backend }: Recipe): string {
  const guarded = `	import ${snippetName(route)} {
		reverse_proxy ${backend}
	}`;
  const { prefix } = route;
  if (prefix === '/') return guarded;
  // A prefix alone would match /ordersx too.
  const name = `@${prefix.slice(1).replaceAll('/', '-')}`;
  return `	${name} path ${prefix} ${prefix}/*
	handle ${name} {
${guarded.replaceAll(/^/gm, '	')}
	}`;
}
