import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { type Folder, folderWith } from '../server/folder.ts';
import { makeSigner } from '../server/signer.ts';

/** A folder with good key files and with every kind of bad one. */
export async function wrongFolder(): Promise<Folder> {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const { jwk, pem } = makeSigner();
  const folder = await folderWith({
    'jwks.json': { keys: [jwk] },
    'public.pem': pem,
    'secret.txt': 'x'.repeat(64),
    'consumers.yaml': '- { id: alice, attributes: { plan: gold } }\n',
    'nearly.yaml':
      '- { id: alice, attributes: { plan: gold } }\n- { id: bob, pipelines: [order] }\n',
    'short.txt': `${'x'.repeat(20)}\n`,
    'private.json': { keys: [ec.privateKey.export({ format: 'jwk' })] },
    'empty.json': { keys: [] },
    'notes.txt': 'remember the milk',
    'good.html': '<p>{{text}}</p>',
    'typo.html': '<p>\n{{reasn}}</p>',
    'broken.json': '{ "reason": {{reason}} }',
    'large.html': 'x'.repeat(33 * 1024),
    'blank.html': '\n',
    'dev.json': { keys: [makeSigner('watchword-dev-1').jwk] },
    'weak.pem': weak.publicKey.export({ type: 'spki', format: 'pem' }),
  });
  const key = ec.privateKey.export({ type: 'pkcs8', format: 'pem' });
  await writeFile(folder.at('private.pem'), key, { mode: 0o600 });
  await mkdir(folder.at('folder'));
  await certify(folder);
  return folder;
}

/** `openssl req -x509` knows no dates of the past; `openssl ca` does. */
const AUTHORITY = `[ca]
default_ca = one
[one]
new_certs_dir = .
database = index.txt
serial = serial
default_md = sha256
policy = any
[any]
commonName = supplied
`;

/** Makes `expired.pem`, a certificate that was valid in January 2020. */
async function certify(folder: Folder): Promise<void> {
  for (const [name, text] of [
    ['ca/ca.cnf', AUTHORITY],
    ['ca/index.txt', ''],
    ['ca/serial', '01'],
  ] as const) {
    await folder.write(name, text);
  }
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder.at('ca'), stdio: 'ignore' });
  openssl('req', '-new', '-key', '../private.pem', '-subj', '/CN=expired', '-out', 'request.pem');
  const dates = ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z'];
  const files = ['-keyfile', '../private.pem', '-in', 'request.pem', '-out', '../expired.pem'];
  openssl('ca', '-batch', '-notext', '-config', 'ca.cnf', '-selfsign', ...dates, ...files);
}
