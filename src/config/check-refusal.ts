import type { At } from './check-requirement.ts';
import type { Finding } from './explain-issue.ts';
import type { PipelineConfig } from './shape.ts';

type SignInConfig = NonNullable<NonNullable<PipelineConfig['refusal']>['signIn']>;

/** What is wrong with how refusals look, beside the rest of the pipeline. */
export function checkRefusal(pipeline: PipelineConfig, at: At): readonly Finding[] {
  const { refusal, require } = pipeline;
  if (refusal === undefined) return [];
  if (require === 'none')
    return [
      { path: at('refusal'), message: 'require: none asks for no token, so none is refused' },
    ];
  return refusal.signIn === undefined ? [] : checkSignIn(refusal.signIn, pipeline, at);
}

/** A page that sends people wherever a request says is open to redirects: every host that it may be must have a name. */
function checkSignIn(signIn: SignInConfig, pipeline: PipelineConfig, at: At): readonly Finding[] {
  const path = (...more: PropertyKey[]) => at('refusal', 'signIn', ...more);
  const { url, returnTo, returnHosts } = signIn;
  const any = returnHosts?.indexOf('*') ?? -1;
  if (any !== -1) {
    const message =
      "'*' is an open redirect: whatever host a request names, people would be led there";
    return [{ path: path('returnHosts', any), message, hint: 'name the hosts' }];
  }
  if (returnHostsOf(pipeline).length === 0) {
    const message =
      'is missing: `match` names no host, and a return URL must not lead to every one';
    return [{ path: path('returnHosts'), message, hint: 'such as [orders.example.com]' }];
  }
  return new URL(url).searchParams.has(returnTo)
    ? [{ path: path('url'), message: `has the parameter '${returnTo}' already, which is returnTo` }]
    : [];
}

/** The hosts to which people may be led back after they signed in. */
export function returnHostsOf({ refusal, match }: PipelineConfig): readonly string[] {
  const named = refusal?.signIn?.returnHosts ?? match.flatMap(({ hosts }) => hosts);
  return [...new Set(named)].filter((host) => host !== '*');
}
