import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import type { Config } from '../../src/config/shape.ts';
import { AT_START } from '../../src/live/live-config.ts';
import { goProgram } from '../cluster/programs.ts';
import { type KubeObject, notesOf, only, render, template } from './render.ts';

const run = promisify(execFile);

const INSTALLATIONS = [
  'default',
  'demo',
  'own-envoy',
  'routes',
  'everything',
  'http-gateways',
] as const;

interface Container {
  readonly name: string;
  readonly resources: { readonly limits: Readonly<Record<string, string>> };
  readonly securityContext: Readonly<Record<string, unknown>>;
}

interface PodSpec {
  readonly containers: readonly Container[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly automountServiceAccountToken: boolean;
  readonly hostNetwork?: boolean;
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
}

function podOf(object: KubeObject): PodSpec | null {
  if (object.kind === 'Pod') return object['spec'] as PodSpec;
  if (object.kind !== 'Deployment') return null;
  return (object['spec'] as { template: { spec: PodSpec } }).template.spec;
}

/** The settings that are supported. */
type Settable = {
  [Name in keyof Config]-?: Config[Name] extends undefined ? never : Name;
}[keyof Config];

/** A change of each section but `listen`, which the chart makes. */
const CHANGES: Readonly<Record<Exclude<Settable, 'listen'>, unknown>> = {
  http: { trustedPeers: ['10.0.0.0/8'] },
  log: { level: 'debug' },
  limits: { tokenBytes: 4096 },
  tokenCache: { entries: 10 },
  shutdown: { delay: '9s' },
  identityHeaders: ['x-user'],
  routes: { ingressClasses: ['ours'] },
  metrics: { routes: true },
  caseSensitivePaths: false,
  consumers: { file: '/etc/watchword-consumers/consumers.yaml' },
  probes: [{ name: 'shop', url: 'https://orders.example.com/' }],
  issuers: [{ name: 'a', issuer: 'https://a.example/', keys: { discovery: true } }],
  pipelines: [{ name: 'a', require: 'none' }],
  default: 'deny',
};

describe('every pod of every installation', () => {
  for (const name of INSTALLATIONS) {
    test(`${name}: keeps to Pod Security restricted, and cannot write its root`, async () => {
      const pods = (await render(name)).map(podOf).filter((pod) => pod !== null);
      assert.ok(pods.length >= 2);
      for (const pod of pods) {
        assert.equal(pod.securityContext['runAsNonRoot'], true);
        assert.deepEqual(pod.securityContext['seccompProfile'], { type: 'RuntimeDefault' });
        assert.equal(pod.hostNetwork, undefined);
        for (const { securityContext, resources } of pod.containers) {
          assert.deepEqual(securityContext, {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          });
          assert.ok(resources.limits['memory']);
        }
        for (const volume of pod.volumes ?? []) assert.equal(volume['hostPath'], undefined);
      }
    });
  }

  test('has a token of the service account only where an issuer is the cluster itself', async () => {
    const withToken = async (values: string): Promise<readonly string[]> =>
      (await render(values))
        .filter((object) => podOf(object)?.automountServiceAccountToken !== false)
        .filter((object) => podOf(object) !== null)
        .map((object) => object.metadata.name);
    assert.deepEqual(await withToken('demo'), []);
    assert.deepEqual(await withToken('everything'), ['watchword']);
  });

  test('restarts for what takes effect at the start only, not for a pipeline', async () => {
    const checksum = async (
      config: Readonly<Record<string, unknown>>,
    ): Promise<string | undefined> => {
      const { spec } = only(await render({ config }), 'Deployment', 'watchword') as unknown as {
        spec: { template: KubeObject };
      };
      return spec.template.metadata.annotations?.['watchword.dev/restart-checksum'];
    };
    const before = await checksum({});
    assert.match(before ?? '', /^[0-9a-f]{64}$/);
    for (const [section, change] of Object.entries(CHANGES)) {
      const isRead = (AT_START as readonly string[]).includes(section);
      assert.equal((await checksum({ [section]: change })) !== before, isRead, section);
    }
  });
});

/** What kube-score calls critical and we do on purpose. */
const ON_PURPOSE: readonly (readonly [what: RegExp, why: string])[] = [
  [/CPU limit is not set/, 'throttling would make decisions wait; the request reserves the share'],
  [
    /ImagePullPolicy is not set to Always/,
    'tags are immutable releases; a registry that is down must not stop a pod',
  ],
  [
    /does not have a matching NetworkPolicy/,
    "networkPolicy.gateways: whom to let in is the cluster operator's",
  ],
];

for (const name of INSTALLATIONS) {
  test(`kube-score finds nothing critical in ${name} but what is on purpose`, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'watchword-score-'));
    try {
      const file = join(folder, 'objects.yaml');
      await writeFile(file, await template(name));
      const program = await goProgram('github.com/zegl/kube-score/cmd/kube-score@v1.20.0');
      const { stdout } = await run(program, [
        'score',
        '--output-format',
        'ci',
        '--exit-one-on-warning=false',
        file,
      ]).catch((error: { stdout: string }) => error);
      const lines = stdout.split('\n');
      assert.ok(lines.length > 20);
      const critical = lines.filter((line) => line.startsWith('[CRITICAL]'));
      assert.deepEqual(
        critical.filter((line) => !ON_PURPOSE.some(([what]) => what.test(line))),
        [],
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
}

test('networkPolicy is on where gateways are named, unless it is said otherwise', async () => {
  const gateways = [{ podSelector: { matchLabels: { app: 'gateway' } } }];
  const rows: readonly (readonly [object, boolean])[] = [
    [{}, false],
    [{ gateways }, true],
    [{ gateways, enabled: false }, false],
    [{ enabled: true }, true],
  ];
  for (const [networkPolicy, on] of rows) {
    const text = await template({ networkPolicy });
    assert.equal(text.includes('kind: NetworkPolicy'), on, JSON.stringify(networkPolicy));
    const notes = await notesOf({ networkPolicy });
    assert.equal(notes.includes('every pod of the cluster can reach the ports'), !on);
  }
});
