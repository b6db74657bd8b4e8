import { parseArgs } from 'node:util';
import { DEFAULT_CONFIG, readConfig } from '../config/read.ts';
import { REASONS } from '../decision/reason.ts';
import { explainHttpCheck, explainRequest } from '../explain/explain.ts';
import { explanationJson } from '../explain/explanation-json.ts';
import { compile } from '../live/compile.ts';
import { IssuerPool } from '../live/issuer-pool.ts';
import { CONVENTION_NAMES } from '../transport/forward-auth/convention.ts';
import { type Command, EXIT, print } from './command.ts';
import { askedOnCommandLine } from './explain-args.ts';
import { printText } from './explain-output.ts';
import { routesIn } from './route-files.ts';
import { saveCase } from './save-case.ts';
import { silentKeyEvents } from './silent-key-events.ts';

const OPTIONS = {
  config: { type: 'string', default: DEFAULT_CONFIG },
  method: { type: 'string', default: 'GET' },
  url: { type: 'string' },
  'token-file': { type: 'string' },
  header: { type: 'string', multiple: true, default: [] as string[] },
  context: { type: 'string', multiple: true, default: [] as string[] },
  pipeline: { type: 'string' },
  address: { type: 'string' },
  principal: { type: 'string' },
  objects: { type: 'string', multiple: true, default: [] as string[] },
  via: { type: 'string', default: 'grpc' },
  save: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

export const explain: Command = {
  summary:
    'Shows for one request and token each step of the decision. Exit code 0 allow, 3 deny, 4 error.',
  usage:
    "[--config FILE_OR_FOLDER] --url URL [--method GET] [--token-file FILE|-] [--header 'NAME: VALUE'] [--via grpc|nginx|...] [--pipeline NAME] [--context NAME=VALUE] [--address IP] [--principal NAME] [--objects ROUTES.yaml] [--save CASES.yaml] [--json]",
  details: [
    `  --config    default: ${DEFAULT_CONFIG}
  --url, --method, --header, --token-file  what the client sends to the gateway; a token file '-' is the standard input
  --via       how the gateway asks: grpc, or over HTTP ${CONVENTION_NAMES.join(', ')}
  --pipeline  the pipeline that the gateway's configuration names: over HTTP the end of /auth/<convention>/<pipeline>, over
              gRPC the context extension watchword.dev/pipeline
  --context   any context extension, over gRPC
  --address, --principal  what \`when\` reads as request.source, over gRPC
  --objects   route objects, as the cluster would have them
  --save      adds a case for 'watchword test' to a file: the request, the claims of its token, what was decided; never the token`,
  ],
  run: async (args) => {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const { asked, written } = await askedOnCommandLine({
      ...values,
      tokenFile: values['token-file'],
    });
    const read = await readConfig(values.config);
    await using pool = new IssuerPool(() => silentKeyEvents);
    const { policy, issuers } = await compile(read, pool);
    await pool.use(issuers);
    const context = {
      policy,
      tokenBytes: read.config.limits.tokenBytes,
      headerBytes: read.config.limits.headerBytes,
      now: Date.now() / 1000,
      places: { ...read.config, placeOf: read.placeOf },
      ...(await routesIn(values.objects, read.config.routes)),
    };
    const explanation =
      asked.over === 'grpc'
        ? await explainRequest(context, asked.request)
        : { ...(await explainHttpCheck(context, asked.httpCheck)), httpCheck: asked.httpCheck };
    if (values.json) print(JSON.stringify(explanationJson(explanation), null, 2));
    else printText(explanation);
    if (values.save !== undefined) {
      const { tokenBytes, now } = context;
      await saveCase(values.save, { options: written, explanation, tokenBytes, now });
    }
    const { outcome } = REASONS[explanation.decision.reason];
    return { allow: EXIT.ok, deny: EXIT.deny, error: EXIT.error }[outcome];
  },
};
