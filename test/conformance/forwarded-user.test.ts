import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBackend } from '../../deploy/demo/backend.ts';
import { startEnvoy } from '../../deploy/demo/envoy.ts';
import { serve } from '../cli/program.ts';
import { folderWith } from '../server/folder.ts';
import { settings } from '../server/settings.ts';
import { makeSigner } from '../server/signer.ts';

/** Headers by which oauth2-proxy and traefik-forward-auth name who asks; Grafana, Airflow and others read them. */
const HEADERS = {
  'x-forwarded-user': 'sub',
  'x-forwarded-email': 'email',
  'x-forwarded-groups': 'groups',
  'x-forwarded-preferred-username': 'preferred_username',
} as const;

test('X-Forwarded-User and its like come from the token alone, in every spelling, and what routes is left', async () => {
  const signer = makeSigner();
  const pipelines = [
    {
      name: 'app',
      match: [{}],
      require: { audiences: ['http://orders'] },
      forward: { headers: HEADERS },
    },
  ];
  await using folder = await folderWith({
    'watchword.yaml': settings({ pipelines }),
    'jwks.json': { keys: [signer.jwk] },
  });
  await using watchword = await serve(folder.at('watchword.yaml'));
  await using backend = await startBackend('app');
  await using envoy = await startEnvoy({
    authz: `127.0.0.1:${watchword.grpcPort}`,
    pipelines: [{ name: 'app', address: backend.address }],
  });
  const spoofed = Object.keys(HEADERS).flatMap((name) => [
    [name, 'admin'],
    [name.replaceAll('-', '_'), 'admin'],
    [name.replace('x-', 'x_'), 'admin'],
  ]);
  const token = signer.token({ groups: ['a', 'b'], email: 'a@example.com' });
  const answer = await fetch(envoy.url, {
    headers: [...spoofed, ['authorization', `Bearer ${token}`], ['x-forwarded-prefix', '/app']] as [
      string,
      string,
    ][],
  });
  assert.equal(answer.status, 200);
  const headers: Readonly<Record<string, unknown>> = backend.received[0]?.headers ?? {};
  const seen = Object.entries(headers).filter(([name]) =>
    /^x[-_]forwarded[-_](?:user|email|groups|preferred)/.test(name),
  );
  assert.deepEqual(Object.fromEntries(seen), {
    'x-forwarded-user': 'client-1',
    'x-forwarded-email': 'a@example.com',
    'x-forwarded-groups': 'a,b',
  });
  assert.equal(headers['x-forwarded-prefix'], '/app');
});
