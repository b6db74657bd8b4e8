import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { unpackDebian } from '../../deploy/support/debian.ts';
import { cached } from '../../deploy/support/found.ts';
import { temporaryFolder } from '../../deploy/support/temporary-folder.ts';
import { clusterScript, goModule, goTool } from '../cluster/programs.ts';

const run = promisify(execFile);

/** Of main, 2024-07-08, the week after controller-v1.11.0: the Go module has no release as a version. */
const VERSION = 'v0.0.0-20240708192948-52c50467d67d';

/** nginx, the modules that its template needs, and the Lua libraries that Debian has. */
const PACKAGES = [
  'nginx',
  'libnginx-mod-http-lua',
  'libnginx-mod-http-set-misc',
  'libnginx-mod-http-headers-more-filter',
  'lua-cjson',
];

/**
 * Libraries that Debian does not have. The controller's Lua loads them when it starts; only `roundrobin` is used where nothing
 * asks for sticky sessions, hashing, rate limits, OCSP or an ExternalName, and that one we write ourselves.
 */
const STAND_INS: Readonly<Record<string, string>> = {
  'resty/chash.lua': 'return {}\n',
  'resty/cookie.lua': 'return {}\n',
  'resty/dns/resolver.lua': 'return {}\n',
  'resty/global_throttle.lua': 'return {}\n',
  'resty/http.lua': 'return {}\n',
  'resty/ipmatcher.lua': 'return {}\n',
  'resty/lock.lua': 'return { new = function() return {} end }\n',
};

/** Folders that a controller with another user than root writes to. */
const WRITTEN = ['etc/nginx', 'etc/ingress-controller', 'tmp/nginx', 'var/lib/nginx'];

/** Builds ingress-nginx's controller (2 minutes, once) and gives its image, with Debian's nginx, to the cluster. Tells what it is. */
export async function importIngressNginx(): Promise<string> {
  if (process.env['E2E_USE_KUBECONFIG'] === '1') return 'expected on the nodes';
  const source = await goModule(`k8s.io/ingress-nginx@${VERSION}`);
  // Not `go install`, which does not read the sums of modules that the module itself brings.
  const controller = await goTool(source, `ingress-nginx-${VERSION}`, './cmd/nginx');
  const debian = await cached('debian-ingress-nginx', (draft) => unpackDebian(PACKAGES, draft));
  await using folder = await temporaryFolder('watchword-ingress-nginx-');
  const root = join(folder.path, 'root');
  await writeRoot(root, source, debian);
  const tar = join(folder.path, 'image.tar');
  await run(clusterScript('image-pack'), [
    ...['--program', `${controller}=/nginx-ingress-controller`],
    ...['--program', `${debian}/usr/sbin/nginx=/usr/bin/nginx`],
    ...(await libraries(debian)),
    ...['--dir', `${debian}/usr/share/lua=/usr/share/lua`, '--dir', `${root}=/`],
    ...['--append-user', 'www-data:101', '--user', '101:101'],
    ...['--entrypoint', '["/nginx-ingress-controller"]', 'ingress-nginx/controller:test', tar],
  ]);
  await run(clusterScript('image-import'), [tar]);
  const { stderr } = await run(join(debian, 'usr/sbin/nginx'), ['-v']);
  return `main of 2024-07-08, ${stderr.trim()}`;
}

/** What the controller's own image has under /etc/nginx, and the folders that it writes to. */
async function writeRoot(root: string, source: string, debian: string): Promise<void> {
  const nginx = join(root, 'etc/nginx');
  await cp(join(source, 'rootfs/etc/nginx'), nginx, { recursive: true });
  // Go keeps its modules read-only.
  await run('chmod', ['-R', 'u+w', root]);
  await rm(join(nginx, 'lua/test'), { recursive: true });
  for (const name of ['mime.types', 'fastcgi_params'])
    await cp(join(debian, 'etc/nginx', name), join(nginx, name));
  const template = join(nginx, 'template/nginx.tmpl');
  await writeFile(template, withoutStream(await readFile(template, 'utf8')));
  for (const [name, text] of Object.entries(STAND_INS)) {
    await mkdir(dirname(join(nginx, 'lua', name)), { recursive: true });
    await writeFile(join(nginx, 'lua', name), text);
  }
  const roundRobin = fileURLToPath(
    new URL('gateways/ingress-nginx-roundrobin.lua', import.meta.url),
  );
  await cp(roundRobin, join(nginx, 'lua/resty/roundrobin.lua'));
  await mkdir(join(root, 'var/log/nginx'), { recursive: true });
  await symlink('/dev/stdout', join(root, 'var/log/nginx/access.log'));
  await symlink('/dev/stderr', join(root, 'var/log/nginx/error.log'));
  for (const name of [...WRITTEN, 'etc/ingress-controller/telemetry'])
    await mkdir(join(root, name), { recursive: true });
  await run('chmod', ['-R', 'a+rwX', ...WRITTEN.map((name) => join(root, name))]);
}

/** The only change of the template: TCP and UDP services need the module stream-lua, which Debian does not have. */
function withoutStream(template: string): string {
  const block = /^stream \{\n.*?^\}\n/ms;
  if (!block.test(template)) throw new Error('the template has no stream block');
  return template.replace(block, '');
}

/** Modules and libraries as programs, so that what they load comes along. */
async function libraries(debian: string): Promise<readonly string[]> {
  const found = (await readdir(debian, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.so(?:\.[\d.]+)?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  await Promise.all(found.map((path) => chmod(path, 0o755)));
  return [
    ...found.flatMap((path) => ['--program', `${path}=${path.slice(debian.length)}`]),
    // Their links, libluajit-5.1.so.2 and the like.
    ...['usr/lib', 'lib'].flatMap((name) => ['--dir', `${join(debian, name)}=/${name}`]),
  ];
}
