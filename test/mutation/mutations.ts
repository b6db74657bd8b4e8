import type { Mutation } from './mutation.ts';
import { ANSWERS } from './rows/answers.ts';
import { CONSOLE } from './rows/console.ts';
import { CONSUMERS } from './rows/consumers.ts';
import { DECISIONS } from './rows/decisions.ts';
import { PATHS } from './rows/paths.ts';
import { REFUSALS } from './rows/refusals.ts';
import { REQUIREMENTS } from './rows/requirements.ts';
import { RESOURCES } from './rows/resources.ts';
import { ROUTES } from './rows/routes.ts';
import { SCOPES } from './rows/scopes.ts';
import { SELECTION } from './rows/selection.ts';
import { TENANTS } from './rows/tenants.ts';
import { TOKEN_PLACES } from './rows/token-places.ts';
import { TOKENS } from './rows/tokens.ts';
import { VERIFICATION } from './rows/verification.ts';

/** Every check of the decision path, in the order in which a request meets them. */
export const MUTATIONS: readonly Mutation[] = [
  ...SELECTION,
  ...ROUTES,
  ...TENANTS,
  ...PATHS,
  ...TOKENS,
  ...TOKEN_PLACES,
  ...VERIFICATION,
  ...REQUIREMENTS,
  ...RESOURCES,
  ...CONSUMERS,
  ...SCOPES,
  ...REFUSALS,
  ...DECISIONS,
  ...ANSWERS,
  ...CONSOLE,
];
