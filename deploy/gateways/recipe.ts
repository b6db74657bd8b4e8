import { OVERRIDE_HEADERS } from '../../src/policy/header-removals.ts';
import { headerNames, type Wiring } from './fragment.ts';

/** Requests at a path and below it, and what their pipelines ask the gateway to take away after the check. */
export interface Route {
  /** `/` or `/orders`. */
  readonly prefix: string;
  /** The pipeline that the gateway names in the URL, or `-` where the `match` of the configuration decides. */
  readonly pipeline: string;
  /** `forward.token` of the pipeline. Default: keep. */
  readonly token?: 'keep' | 'strip';
  /** `forward.overrideHeaders` of the pipeline. Default: strip. */
  readonly overrideHeaders?: 'keep' | 'strip';
}

/** A host with a backend of its own: every request for it, at whatever path, goes there. */
export interface Site {
  /** `public.example.com`. */
  readonly host: string;
  /** `HOST:PORT`. */
  readonly backend: string;
}

/** What a gateway's configuration is made from. Addresses are `HOST:PORT`. */
export interface Recipe {
  /** Where the gateway listens. */
  readonly listen: string;
  /** Watchword's `listen.http`. */
  readonly watchword: string;
  readonly backend: string;
  /** `identityHeaders` of Watchword's configuration: only these are copied, and no client's arrives. */
  readonly identityHeaders: readonly string[];
  readonly routes: readonly Route[];
  /** Hosts that do not go to `backend`; asked about like all others. Default: none. */
  readonly sites?: readonly Site[];
}

/** A file of a gateway's configuration. */
export interface RecipeFile {
  readonly name: string;
  /** The language of the file, for the documentation. */
  readonly language: string;
  readonly text: string;
}

/** The recipe that the documentation shows. */
export const SHOWN: Recipe = {
  listen: '0.0.0.0:8080',
  watchword: '127.0.0.1:9180',
  backend: '127.0.0.1:8181',
  identityHeaders: ['x-auth-subject', 'x-auth-scope'],
  routes: [{ prefix: '/', pipeline: '-' }],
};

/** What a route takes away after the check, behind a gateway that Watchword cannot tell. */
export function removedBy({ token = 'keep', overrideHeaders = 'strip' }: Route): readonly string[] {
  return [
    ...(overrideHeaders === 'strip' ? OVERRIDE_HEADERS : []),
    ...(token === 'strip' ? ['authorization'] : []),
  ];
}

/** How a route of a recipe is wired, with a second for each answer. */
export function wiringOf({ watchword, identityHeaders }: Recipe, route: Route): Wiring {
  return {
    watchword,
    pipeline: route.pipeline,
    timeout: '1s',
    milliseconds: '1000',
    identity: headerNames(identityHeaders),
    removed: headerNames(removedBy(route)),
  };
}

/** The route that stands for the gateway's whole traffic: what differs from it has lines of its own. */
export function mainRoute({ routes }: Recipe): Route {
  return routes.find(({ prefix }) => prefix === '/') ?? { prefix: '/', pipeline: '-' };
}
