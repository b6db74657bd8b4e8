import { holdsFor, methodsNamed } from './express-condition.ts';
import type { JwtPolicies } from './express-jwt.ts';
import { isMapping, isTrue, list, type Mapping, mapping, text } from './mapping.ts';
import type { Note } from './migration.ts';
import { both, type Needs, REFUSED } from './needs.ts';

/** What a pipeline of Express Gateway does with the requests of a method. */
export interface Handling {
  readonly needs: Needs;
  /** Whether it answers or passes them on; if not, they go to the next endpoint that matches. */
  readonly ends: 'yes' | 'no' | 'maybe';
}

/** A policy with one of its actions. */
export interface Step {
  readonly policy: string;
  readonly action: Mapping;
  readonly condition: unknown;
}

/** What is said of policies that refuse nobody. */
const HARMLESS: Readonly<Record<string, string>> = {
  cors: 'answered preflights itself: have the gateway in front answer them, or write preflight: pass',
  headers: 'is the work of the gateway in front of Watchword',
  log: 'is the work of the gateway in front of Watchword',
  'rate-limit':
    'is the work of the gateway in front of Watchword: nothing is limited until it does it',
  'request-transformer': 'is the work of the gateway in front of Watchword',
  'response-transformer': 'is the work of the gateway in front of Watchword',
};

/** Policies that authenticate in another way. */
const OTHER_AUTHENTICATION = ['oauth2', 'oauth2-introspect', 'key-auth', 'basic-auth'];

/** The policies of a pipeline in order, each action a step. Express Gateway reads the first key of an entry; here all count. */
export function stepsOf(pipeline: Mapping): readonly Step[] {
  return list(pipeline['policies'] ?? pipeline['policy']).flatMap((entry) => {
    // Express Gateway knows entries with a name and actions only.
    if (!isMapping(entry)) return [{ policy: String(entry), action: {}, condition: undefined }];
    return Object.entries(mapping(entry)).flatMap(([policy, written]) => {
      const actions = list(written);
      return (actions.length === 0 ? [{}] : actions).map((one) => {
        const { action, condition } = mapping(one);
        return { policy, action: mapping(action), condition };
      });
    });
  });
}

/** The methods that conditions of a pipeline name. */
export function methodsOfSteps(steps: readonly Step[]): readonly string[] {
  return steps.flatMap(({ condition }) => methodsNamed(condition));
}

/** What a pipeline does with requests of a method (null: one that nothing names). */
export function handlingOf(
  steps: readonly Step[],
  pipeline: string,
  method: string | null,
  tokens: JwtPolicies,
): Handling {
  const asked = steps.filter(({ condition }) => holdsFor(condition, method) !== false);
  const ends = endsOf(asked, method);
  const proxy = asked.findIndex((step) => isCertainProxy(step, method));
  const needs = asked.map((step, index): Needs => {
    // What stands behind the proxy is never asked in Express Gateway. A token there was surely meant.
    if (step.policy === 'terminate' && proxy !== -1 && proxy < index)
      return { kind: 'open', pipeline };
    if (step.policy === 'jwt') return tokens.needsOf(step, pipeline);
    return refuses(step) ? REFUSED : { kind: 'open', pipeline };
  });
  const all = needs.reduce(both, { kind: 'open', pipeline });
  return all.kind === 'refused' ? { needs: all, ends: 'yes' } : { needs: all, ends };
}

function endsOf(asked: readonly Step[], method: string | null): Handling['ends'] {
  if (asked.some((step) => isCertainProxy(step, method))) return 'yes';
  return asked.some(({ policy }) => policy === 'proxy') ? 'maybe' : 'no';
}

function isCertainProxy({ policy, condition }: Step, method: string | null): boolean {
  return policy === 'proxy' && holdsFor(condition, method) === true;
}

/** Whether a pipeline asks for nothing at all. */
export function isOpen(steps: readonly Step[]): boolean {
  return steps.every((step) => step.policy !== 'jwt' && !refuses(step));
}

/** Whether a policy other than jwt and proxy may refuse a request or answer it. */
function refuses({ policy, action }: Step): boolean {
  if (policy === 'proxy' || Object.hasOwn(HARMLESS, policy)) return false;
  return !(OTHER_AUTHENTICATION.includes(policy) && isTrue(action['passThrough']));
}

/** What must be said of a pipeline's policies. */
export function policyNotes(steps: readonly Step[], where: string): readonly Note[] {
  const notes = steps.flatMap((step): readonly Note[] => {
    const said = policyNote(step);
    const conditions = conditionNote(step);
    return [
      ...(said === null ? [] : [{ where: `${where} ${step.policy}`, ...said }]),
      ...(conditions === null
        ? []
        : [{ where: `${where} ${step.policy}.condition`, ...conditions }]),
    ];
  });
  const proxy = steps.findIndex(
    ({ policy, condition }) => policy === 'proxy' && holdsFor(condition, null) === true,
  );
  const behind = proxy !== -1 && steps.slice(proxy).some(({ policy }) => policy === 'jwt');
  const late =
    'stands behind proxy, where Express Gateway never came to it; a token is required now';
  return behind ? [...notes, { where: `${where} jwt`, says: late, isLoss: true }] : notes;
}

type Said = Omit<Note, 'where'>;

function policyNote(step: Step): Said | null {
  const { policy } = step;
  if (policy === 'jwt' || policy === 'proxy') return null;
  if (policy === 'terminate') return { says: 'answered by itself; what it answers is refused now' };
  if (Object.hasOwn(HARMLESS, policy)) return { says: HARMLESS[policy] ?? '' };
  if (!refuses(step)) return { says: 'let everybody pass (passThrough) and is left out' };
  return {
    says: OTHER_AUTHENTICATION.includes(policy)
      ? 'has no counterpart; what it guards is refused'
      : 'has no counterpart, and whom it refused is not known; what it guards is refused',
    isLoss: true,
  };
}

/** A condition that hangs on more than the method. */
function conditionNote({ policy, condition, action }: Step): Said | null {
  if (condition === undefined || condition === null) return null;
  const isCertain = [null, ...methodsNamed(condition)].every(
    (one) => holdsFor(condition, one) !== null,
  );
  if (isCertain || Object.hasOwn(HARMLESS, policy)) return null;
  const name = text(mapping(condition)['name']) ?? 'that has no name';
  if (policy === 'jwt')
    return {
      says: `${name} is left out: the token is required always; use match or another pipeline for requests that need none`,
      isLoss: true,
    };
  if (policy === 'proxy')
    return { says: `${name} is left out: which backend gets a request is the gateway's work` };
  return refuses({ policy, action, condition })
    ? { says: `${name} is left out: all requests are refused`, isLoss: true }
    : null;
}
