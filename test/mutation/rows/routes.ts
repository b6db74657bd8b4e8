// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text of a source file
import type { Mutation } from '../mutation.ts';

const AMBIGUOUS = 'hosts and paths with several readings are refused as ever';

/** A row about `routes/select.ts`. */
function selecting(check: string, find: string, replace: string, red: string): Mutation {
  return { check, file: 'routes/select.ts', find, replace, red, suite: 'routes' };
}

/** Which pipeline judges where route objects or a context's terms have a say. */
const SELECT: readonly Mutation[] = [
  selecting(
    'a host without one reading is refused',
    'const host = parseHost(request.host); if (host === null) return hostAmbiguous(request);',
    "const host = parseHost(request.host) ?? 'a.example';",
    AMBIGUOUS,
  ),
  selecting(
    'a request that cannot be judged is refused',
    'const fault = requestFault(request); if (fault !== null) return fault;',
    '',
    AMBIGUOUS,
  ),
  selecting(
    'a name from the context that may not be used is refused',
    'const named = selectNamed(policy, request); if (named !== null && !named.ok) return named;',
    'const chosen = selectNamed(policy, request); const named = chosen?.ok ? chosen : null;',
    '/orders/1 [["watchword.dev/pipeline","nobody"]] is judged by pipeline_forbidden',
  ),
  selecting(
    'before the first list nothing is judged',
    "if (!routes.complete) return refused('routes_unavailable', 'the routes were not listed yet');",
    '',
    'before the first list nothing can be said',
  ),
  selecting(
    'a method whose case chooses the route is refused',
    "if (hangsOnCase(routes, request, host)) return refused('method_refused', 'letter case of the method decides which route it belongs to');",
    '',
    'is refused, since a backend of both may fold it',
  ),
  selecting(
    'a route that is not known yet is not judged without its terms',
    "return refused('routes_unavailable', detail);",
    'return detail === null ? detail : { ok: true, objects: [] };',
    'and that is not seen yet is an error and no guess',
  ),
  selecting(
    'readings that belong to different routes are refused',
    "if (objects === 'ambiguous') return refused('path_ambiguous', pathFault(request.path, DIFFERENT_ROUTES));",
    "if (objects === 'ambiguous') return { ok: true, objects: [] };",
    AMBIGUOUS,
  ),
  {
    ...selecting(
      'objects that are too many to be asked are refused',
      "return objects === 'too many' ? refused('route_policy_invalid', TOO_MANY) : { ok: true, objects };",
      "return { ok: true, objects: objects === 'too many' ? [] : objects };",
      'are refused beyond it: each would make every request to the host cost more',
    ),
    suite: 'candidates',
  },
  {
    check: 'a path with too many readings belongs to no route',
    file: 'policy/path.ts',
    find: "if (all === null) return 'ambiguous';",
    replace: 'if (all === null) return find(withoutQuery(target));',
    red: 'belongs to no route',
    suite: 'readings',
  },
  {
    check: 'where backends ignore it, the letter case of a path decides nothing',
    file: 'routes/select.ts',
    find: "if (ignoresPathCase && hangsOnPathCase(routes, request, host)) return refused('path_ambiguous', 'letter case of the path decides which route it belongs to');",
    replace: '',
    red: 'is refused',
    suite: 'readings',
  },
  selecting(
    'every object that may have been used has its say',
    'if (other.pipeline !== selection.pipeline && !others.includes(other.pipeline)) others.push(other.pipeline);',
    '',
    'every candidate must pass',
  ),
  selecting(
    'an object that may have been used and is wrong refuses',
    'if (!other.ok) return { ...other, route: candidate };',
    'if (!other.ok) continue;',
    'one candidate that is wrong refuses',
  ),
  selecting(
    'a route whose policy is wrong is refused',
    "if (fault !== undefined) return refused('route_policy_invalid', fault);",
    '',
    '/wrong "" is judged by route_policy_invalid',
  ),
  selecting(
    'terms that cannot be met are refused',
    "if (!tightened.ok) return refused('route_policy_invalid', tightened.fault);",
    'if (!tightened.ok) continue;',
    'are refused where they are wrong',
  ),
  selecting(
    'a path is public in all readings or in none',
    "if (isPublic === 'ambiguous') return refused('path_ambiguous', pathFault(httpCheck.request.path, NOT_ALL_PUBLIC));",
    '',
    'are open, and nothing beside them',
  ),
  selecting(
    'object and context do not contradict each other',
    "if (named !== null && named.pipeline.name !== name) { return refused('pipeline_conflict',",
    "if (name === '') { return refused('pipeline_conflict',",
    '/orders/1 [["watchword.dev/pipeline","platform"]] is judged by pipeline_conflict',
  ),
  selecting(
    'the name that an object gives is known',
    "if (pipeline === undefined) return refused('pipeline_unknown',",
    "if (pipeline === undefined) return refused('pipeline_missing',",
    '/typo "" is judged by pipeline_unknown',
  ),
  selecting(
    'a namespace may name only what it may use',
    "return namespaces === 'any' || namespaces.has(namespace) ? { ok: true, pipeline } : refused('pipeline_forbidden',",
    "return namespaces !== null ? { ok: true, pipeline } : refused('pipeline_forbidden',",
    '/foreign "" is judged by pipeline_forbidden',
  ),
];

/** What a route asks of its pipeline: `routes/policy/tighten.ts`. */
const TIGHTEN: readonly Mutation[] = (
  [
    [
      'a fault of the terms is a fault of the route',
      'if (fault !== null) return { ok: false, fault };',
      '',
      '{"mode":"shadow"} at orders is refused',
    ],
    [
      'something is left of what the pipeline accepts',
      'const message = `issuers and audiences leave nothing of what pipeline ${pipeline.name} accepts`; return { ok: false, fault: message };',
      '',
      '{"issuers":"nobody"} at orders is refused',
    ],
    [
      'a pipeline without tokens has no terms about tokens',
      'nothingToTighten(pipeline, terms) ??',
      '',
      '{"scopes":"a"} at open is refused',
    ],
    [
      'a mode is not loosened',
      'modeFault(pipeline, terms) ??',
      '',
      '{"mode":"shadow"} at orders is refused',
    ],
    [
      'public paths need leave',
      'publicFault(pipeline, terms) ??',
      '',
      '{"public-paths":"/x"} at orders is refused',
    ],
    [
      'a route sets only identity headers',
      "if (!identityHeaders.includes(name)) return `'${name}' is not in identityHeaders`;",
      '',
      '{"forward-headers":"x-admin=name"} at orders is refused',
    ],
    [
      'a route sets no header of its pipeline',
      'if (pipeline.forward.some((rule) => rule.name === name)) {',
      'if (name === "") {',
      '{"forward-headers":"x-user=name"} at orders is refused',
    ],
    [
      'terms about a token ask for one',
      'optional: require.optional && !ASKS_OF_TOKEN.some((name) => terms[name] !== undefined),',
      '',
      'what asks something of a token asks for one, however optional',
    ],
    [
      'an issuer that the route does not keep is dropped',
      'issuers === undefined || issuers.includes(issuer),',
      "issuer !== '',",
      'issuers keeps a subset',
    ],
    [
      'an audience that the pipeline does not accept is not added',
      "own === 'any' ? audiences : audiences.filter((audience) => own.has(audience));",
      'audiences;',
      'audiences keeps a subset of each issuer, and drops an issuer that has none of them',
    ],
    [
      'a public path has no identity',
      'forward: [],',
      '',
      'a public path asks for no token and forwards nothing',
    ],
  ] as const
).map(
  ([check, find, replace, red]): Mutation => ({
    check,
    file: 'routes/policy/tighten.ts',
    find,
    replace,
    red,
    suite: 'tighten',
  }),
);

/** Several pipelines, all of which must pass: `check/require-all.ts`. */
const EVERY_ONE: readonly Mutation[] = (
  [
    [
      'the first refusal that is enforced decides',
      "decision.outcome !== 'allow' && decision.pipeline?.mode !== 'shadow' ? decision : next(",
      'decision.outcome === undefined ? decision : next(',
      'shadow and b, refused by shadow and b: scope_insufficient of b',
    ],
    [
      'a refusal that is shadowed is still said',
      "made.find(({ outcome }) => outcome !== 'allow') ??",
      '',
      'a and shadow, refused by shadow: scope_insufficient of shadow',
    ],
    [
      'what any of them removes is removed',
      'always: [...new Set(all.flatMap(({ removes }) => removes.always))],',
      'always: own.removes.always,',
      'everything that one of them removes is removed',
    ],
    [
      'a header that they do not agree on is not set',
      'chosen.identity.filter((header) => isAgreed(header, made));',
      'chosen.identity;',
      'it passes with the headers that all agree on where none is enforced',
    ],
    [
      'a shadow does not take away the identity of what is enforced',
      "if (enforced === undefined && chosen.outcome !== 'allow')",
      "if (chosen.outcome !== 'allow')",
      'the identity of a pipeline that is enforced is not taken away',
    ],
    [
      'who calls is the same under all of them',
      "return refuse('pipeline_conflict', {",
      "return chosen; refuse('pipeline_conflict', {",
      'another value',
    ],
  ] as const
).map(
  ([check, find, replace, red]): Mutation => ({
    check,
    file: 'check/require-all.ts',
    find,
    replace,
    red,
    suite: 'requireAll',
  }),
);

/** What an annotation may say: `routes/policy/annotations.ts`. */
const ANNOTATIONS: readonly Mutation[] = [
  {
    check: 'an unknown name under our prefix is a fault',
    file: 'routes/policy/annotations.ts',
    find: "if (!Object.hasOwn(TABLE, name)) return `is unknown; there is ${ANNOTATION_NAMES.join(', ')}`;",
    replace: 'if (!Object.hasOwn(TABLE, name)) return null;',
    red: 'an unknown name under our prefix is refused',
  },
];

export const ROUTES: readonly Mutation[] = [...SELECT, ...TIGHTEN, ...EVERY_ONE, ...ANNOTATIONS];
