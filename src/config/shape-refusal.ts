import { z } from 'zod';
import { hostPatternFault } from '../policy/host-pattern-fault.ts';
import { isSafeUrl } from '../policy/resource.ts';
import { quoted } from './found-value.ts';
import { checked, path } from './shape-values.ts';

/** How refusals look to browsers and programs. */

/** What is wrong with the address of a sign-in page, or null. It is fixed: only the return URL comes from a request. */
function signInFault(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || url.host === '')
    return `${quoted(text)} must be a whole URL, such as https://login.example.com/start`;
  if (!isSafeUrl(url)) return `${quoted(text)} must be https (http is for localhost only)`;
  if (url.username !== '' || url.password !== '') return 'must have no user: browsers are sent it';
  return text.includes('#') ? `${quoted(text)} must have no fragment` : null;
}

const signIn = z.strictObject({
  url: checked(signInFault).describe('The page where people sign in.'),
  returnTo: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be the name of a query parameter')
    .describe('The parameter of that page that says where to return to.'),
  returnHosts: z
    .array(checked(hostPatternFault))
    .min(1)
    .optional()
    .describe("Hosts to which it may lead back. Default: those that `match` names, without '*'."),
});

const body = z
  .strictObject({
    json: path(
      'A template of the body for programs: `{{reason}}`, `{{text}}`, `{{request_id}}`.',
    ).optional(),
    html: path('The same for browsers.').optional(),
  })
  .refine(({ json, html }) => json !== undefined || html !== undefined, {
    error: 'must have json or html',
  });

export const refusal = z
  .strictObject({
    signIn: signIn
      .optional()
      .describe('Sends browsers that open a page to sign in (302), in place of a 401.'),
    body: body.optional().describe('Bodies in place of problem details (RFC 9457).'),
  })
  .optional()
  .describe('How refusals look.');
