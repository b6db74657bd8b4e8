import { metadataUrlOf, placeOf } from '../policy/resource.ts';
import { authorizationServersOf } from './compile-resource.ts';
import type { Finding } from './explain-issue.ts';
import type { Config } from './shape.ts';

/** What is wrong with the resources of pipelines, beside the rest of the configuration. */
export function checkResources(config: Config): readonly Finding[] {
  const owners = new Map<string, string>();
  return config.pipelines.flatMap((pipeline, index): readonly Finding[] => {
    const { resource, require, name } = pipeline;
    if (resource === undefined) return [];
    const path = ['pipelines', index, 'resource'];
    if (require === 'none') {
      const message =
        'require: none asks for no token, so no client needs to know where to get one';
      return [{ path, message }];
    }
    if (authorizationServersOf(pipeline, config).length === 0) {
      const message =
        "names no authorization server: the `issuer` of none of the pipeline's issuers is a URL";
      return [{ path, message }];
    }
    const url = metadataUrlOf(resource.identifier);
    const owner = owners.get(placeOf(url));
    owners.set(placeOf(url), owner ?? name);
    if (owner === undefined) return [];
    return [
      {
        path: [...path, 'identifier'],
        message: `its metadata is at ${url.host}${url.pathname}, as that of pipeline '${owner}' is`,
        hint: 'each resource has an identifier of its own; ports do not tell two apart',
      },
    ];
  });
}
