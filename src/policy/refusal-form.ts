import type { HostTable } from './host.ts';
import type { Template } from './template.ts';

/** Where browsers are sent to sign in. */
export interface SignIn {
  /** Without the parameter of the return URL. */
  readonly url: URL;
  /** The parameter that says where to return to. */
  readonly returnTo: string;
  /** Hosts that a return URL may lead to. */
  readonly hosts: HostTable<true>;
}

/** How the refusals of a pipeline look, compiled. */
export interface RefusalForm {
  readonly signIn: SignIn | null;
  readonly json: Template | null;
  readonly html: Template | null;
}

/** The headers that tell who asks, beside those that every check reads: lower case. */
export const FORM_HEADERS = [
  'accept',
  'sec-fetch-mode',
  'x-requested-with',
  'x-forwarded-proto',
] as const;
