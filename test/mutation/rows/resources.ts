// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the text of a source file
import { type Mutation, row } from '../mutation.ts';

const inMetadata = row.bind(null, 'check/resource-metadata.ts');
const inResource = row.bind(null, 'policy/resource.ts');

/** Protected resources: `check/resource-metadata.ts`, `policy/resource.ts`, and what keeps a document from being a pass. */
export const RESOURCES: readonly Mutation[] = [
  inMetadata(
    'metadata is that of its host',
    "resources.get(`${parseHost(host) ?? ''}${withoutQuery(path)}`)",
    'resources.get(`orders.example.com${withoutQuery(path)}`)',
    'the metadata is not that of another host',
  ),
  inMetadata(
    'metadata has one path',
    'withoutQuery(path)}`',
    "withoutQuery(path).replace(/\\/x$/, '')}`",
    'what follows the path of the metadata is another path',
  ),
  inMetadata(
    'only who reads is answered',
    '|| !METHODS.includes(method)) return null;',
    ') return null;',
    'another method at the metadata is judged like any request',
  ),
  inResource(
    'the path of a resource follows that of its metadata',
    "${METADATA_PATH}${url.pathname === '/' ? '' : url.pathname}",
    '${METADATA_PATH}',
    'the metadata of a resource with a path is not at the root',
  ),
  row(
    'answer/refusal.ts',
    'a challenge names the resource of its pipeline',
    'challengeOf(reason, asked, pipeline?.resource ?? null);',
    'challengeOf(reason, asked, pipeline === null ? pipeline : null);',
    'the challenge for a missing token names the metadata',
  ),
  row(
    'answer/answer.ts',
    'a document lets nothing pass',
    'return { passes: false, ...documentAnswer(decision.document, request), metadata };',
    'return pass(decision.pipeline, [], request, metadata);',
    'the metadata of a resource is answered without a token',
  ),
  {
    ...row(
      'transport/forward-auth/convention.ts',
      'no gateway that asks over HTTP is sent a 2xx for what does not pass',
      'if (http < 300) return 403;',
      '',
      'what does not pass is never a 2xx, whatever its status',
    ),
    suite: 'httpEncoder',
  },
];
