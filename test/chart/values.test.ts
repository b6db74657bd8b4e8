import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { valuesOf } from '../../deploy/kubernetes/chart-readme.ts';
import { goProgram } from '../cluster/programs.ts';
import { REFUSED } from './refused-values.ts';
import { CHART, helm, refusal, template } from './render.ts';

const INSTALLATIONS = readdirSync(join(CHART, 'ci')).map((file) => basename(file, '-values.yaml'));
assert.ok(INSTALLATIONS.length >= 4);

describe('values that the chart takes', () => {
  for (const name of INSTALLATIONS) {
    test(`${name} passes helm lint --strict`, async () => {
      await helm(['lint', '--strict', CHART, '--values', join(CHART, 'ci', `${name}-values.yaml`)]);
    });

    test(`${name} renders the same by Helm 3.22 as by Helm 4`, async () => {
      const helm3 = await goProgram('helm.sh/helm/v3/cmd/helm@v3.22.0');
      const file = join(CHART, 'ci', `${name}-values.yaml`);
      const args = ['template', 'watchword', CHART, '--namespace', 'gate', '--values', file];
      assert.equal(await helm([...args, '--kube-version', '1.35'], helm3), await template(name));
    });
  }

  test('a parent chart may set global values', async () => {
    await template({ global: { imageRegistry: 'x' } });
  });
});

describe('values that the chart refuses, with a message that names them', () => {
  for (const [title, [values, message]] of Object.entries(REFUSED)) {
    test(title, async () => assert.match(await refusal(values), message));
  }
});

describe('values.yaml', () => {
  const values = valuesOf(readFileSync(join(CHART, 'values.yaml'), 'utf8'));
  const templates = globSync('templates/**/*', { cwd: CHART, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');

  test('has no value that no template uses', () => {
    assert.ok(values.length > 60);
    const unused = values.filter(
      ({ path }) => path !== 'global' && !templates.includes(`.${path.split('.').at(-1)}`),
    );
    assert.deepEqual(unused, []);
  });

  test('has every value that a template reads', () => {
    const read = [...templates.matchAll(/\.Values\.([A-Za-z.]+)/g)].map((match) => match[1] ?? '');
    assert.ok(read.length > 60);
    const known = values.map(({ path }) => path);
    const missing = read.filter(
      (path) =>
        !known.some(
          (one) => one === path || one.startsWith(`${path}.`) || path.startsWith(`${one}.`),
        ),
    );
    assert.deepEqual(missing, []);
  });
});
