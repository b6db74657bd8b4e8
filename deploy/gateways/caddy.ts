import { OVERRIDE_HEADERS } from '../../src/config/removals.ts';
import type { Recipe, RecipeFile, Route } from './recipe.ts';

/** Caddy with forward_auth, as `Caddyfile`. Run with `caddy run --config Caddyfile`. */
export function caddyFiles(recipe: Recipe): readonly RecipeFile[] {
  const { listen, identityHeaders, routes } = recipe;
  const colon = listen.lastIndexOf(':');
  const text = `{
	admin off
	auto_https off
	persist_config off
}

# A port alone: with a host in it, every other host would get an empty 200.
${listen.slice(colon)} {
	bind ${listen.slice(0, colon)}
	# Caddy drops every header that Connection names, those of the answer too.
	@hop header_regexp Connection (?i)${identityHeaders.join('|')}
	handle @hop {
		respond 400
	}
${routes.map((route) => handle(route, recipe)).join('\n')}
}
`;
  return [{ name: 'Caddyfile', language: 'caddyfile', text }];
}

function handle(route: Route, { watchword, backend, identityHeaders }: Recipe): string {
  const { prefix, pipeline, token = 'keep', overrideHeaders = 'strip' } = route;
  const removed = [
    ...(overrideHeaders === 'strip' ? OVERRIDE_HEADERS : []),
    ...(token === 'strip' ? ['authorization'] : []),
  ];
  return `${prefix === '/' ? '	handle {' : named(prefix)}
		forward_auth ${watchword} {
			# The question mark keeps the client's query out of the check's URL.
			uri /auth/caddy/${pipeline}?
			# What the client sent under these names is removed, also where the answer has none (Caddy 2.11).
			copy_headers ${identityHeaders.join(' ')}
			transport http {
				dial_timeout 1s
				response_header_timeout 1s
			}
		}
		# After the check, since Caddy orders request_header behind forward_auth.
${removed.map((name) => `		request_header -${name}`).join('\n')}
		reverse_proxy ${backend}
	}`;
}

/** A prefix alone would match /ordersx too. */
function named(prefix: string): string {
  const name = `@${prefix.slice(1).replaceAll('/', '-')}`;
  return `	${name} path ${prefix} ${prefix}/*
	handle ${name} {`;
}
