import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { describeProblem } from '../../src/base/problem.ts';
import { silentKeyEvents } from '../../src/cli/silent-key-events.ts';
import { readConfig } from '../../src/config/read.ts';
import { compile } from '../../src/live/compile.ts';
import { IssuerPool } from '../../src/live/issuer-pool.ts';
import { SELDOM_MEANT } from '../config/nearly/warned.ts';
import { ISSUER } from '../config/wrong.ts';
import { wrongFolder } from '../config/wrong-folder.ts';
import type { Folder } from '../server/folder.ts';

let folder: Folder;
before(async () => {
  folder = await wrongFolder();
});
after(() => folder[Symbol.asyncDispose]());

/** The warnings about a configuration that is right, without the file's name and line. */
async function warned(config: string): Promise<readonly string[]> {
  await folder.write('watchword.yaml', config);
  await using pool = new IssuerPool(() => silentKeyEvents);
  const { warnings } = await compile(await readConfig(folder.at('watchword.yaml')), pool);
  return warnings.map((one) => describeProblem(one).replace(/^watchword\.yaml:\d+:\d+ /, ''));
}

/** Pipelines in flow style: `name: [match, require]`. */
const pipelines = (rows: readonly (readonly [name: string, match: string, require: string])[]) =>
  `${ISSUER}pipelines:\n${rows
    .map(
      ([name, match, require]) => `  - { name: ${name}, match: [${match}], require: ${require} }\n`,
    )
    .join('')}`;
const paths = (...all: readonly string[]) =>
  `{ paths: [${all.map((one) => `'${one}'`).join(', ')}] }`;

const PLACE = 'pipelines[0].match[0].paths[0]';
const REFUSES = 'which lets pass whom this pipeline refuses';
const both = (path: string, judge: string) =>
  `${PLACE}: '${path}' is one path: '${path}/' and what is below it is judged by '${judge}', ${REFUSES} ('${path}/**' covers them all)`;

describe('an exact path is warned about', () => {
  test('where what judges its neighbours needs no token', async () => {
    const rows = [
      ['admin', paths('/admin'), '{}'],
      ['open', paths('/**'), 'none'],
    ] as const;
    assert.deepEqual(await warned(pipelines(rows)), [both('/admin', 'open')]);
  });

  for (const [title, strict, lax] of [
    ['a missing token passes there', '{}', '{ optional: true }'],
    ['fewer scopes are needed', '{ scopes: { all: [admin] } }', '{}'],
    ['other scopes are needed', '{ scopes: { all: [admin] } }', '{ scopes: { all: [read] } }'],
    ['one of more scopes is enough', '{ scopes: { any: [a] } }', '{ scopes: { any: [a, b] } }'],
    ['more audiences count', '{ audiences: [x] }', '{ audiences: [x, y] }'],
    ['every audience counts', '{ audiences: [x] }', '{ audiences: any }'],
    [
      'a claim may have more values',
      '{ claims: [{ path: [a], in: [1] }] }',
      '{ claims: [{ path: [a], in: [1, 2] }] }',
    ],
    [
      'a claim may have any value',
      '{ claims: [{ path: [a], in: [1] }] }',
      '{ claims: [{ path: [a] }] }',
    ],
  ] as const) {
    test(`where ${title}`, async () => {
      const rows = [
        ['admin', paths('/admin'), strict],
        ['rest', paths('/**'), lax],
      ] as const;
      assert.deepEqual(await warned(pipelines(rows)), [both('/admin', 'rest')]);
    });
  }

  test('where the default judges its neighbours', async () => {
    const text = `default: open\n${pipelines([
      ['admin', paths('/admin'), '{}'],
      ['open', '', 'none'],
    ])}`;
    assert.deepEqual(await warned(text), [both('/admin', 'open')]);
  });

  test('where it has a star, and where it ends with a slash', async () => {
    const open = ['open', paths('/**'), 'none'] as const;
    assert.deepEqual(await warned(pipelines([['admin', paths('/users/*'), '{}'], open])), [
      both('/users/*', 'open'),
    ]);
    assert.deepEqual(await warned(pipelines([['admin', paths('/admin/'), '{}'], open])), [
      `${PLACE}: '/admin/' is one path: '/admin' and what is below it is judged by 'open', ${REFUSES} ('/admin/**' covers them all)`,
    ]);
  });

  test('for its slash where only that leads elsewhere', async () => {
    const rows = [
      ['list', paths('/orders'), '{ scopes: { all: [list] } }'],
      ['items', paths('/orders/**'), '{ scopes: { all: [read] } }'],
    ] as const;
    assert.deepEqual(await warned(pipelines(rows)), [
      `${PLACE}: '/orders' is one path: '/orders/' is judged by 'items', ${REFUSES} (name '/orders/' as well)`,
    ]);
  });

  test('for what is below it where only that leads elsewhere', async () => {
    const rows = [
      ['admin', paths('/admin', '/admin/'), '{}'],
      ['open', paths('/**'), 'none'],
    ] as const;
    const below = `what is below it is judged by 'open', ${REFUSES} ('/admin/**' covers them all)`;
    assert.deepEqual(await warned(pipelines(rows)), [
      `${PLACE}: '/admin' is one path: ${below}`,
      `pipelines[0].match[0].paths[1]: '/admin/' is one path: ${below}`,
    ]);
  });

  test('by method, and by host', async () => {
    const rows = [
      ['admin', "{ hosts: ['*.a.example'], paths: [/x], methods: [GET, POST] }", '{}'],
      ['reads', "{ hosts: ['*.a.example'], methods: [GET] }", 'none'],
      ['others', "{ hosts: ['*.a.example'] }", '{}'],
    ] as const;
    assert.deepEqual(await warned(pipelines(rows)), [both('/x', 'reads')]);
  });
});

describe('an exact path is not warned about', () => {
  for (const [title, rows] of [
    ['where nothing else is open', [['admin', paths('/admin'), '{}']]],
    [
      'where it is the weaker one',
      [
        ['health', paths('/health'), 'none'],
        ['rest', paths('/**'), '{}'],
      ],
    ],
    [
      'where its neighbours are as strict',
      [
        ['admin', paths('/admin'), '{ scopes: { any: [a, b] } }'],
        ['rest', paths('/**'), '{ scopes: { all: [b, c] } }'],
      ],
    ],
    [
      'where its neighbours were named',
      [
        ['list', paths('/orders', '/orders/'), '{ scopes: { all: [list] } }'],
        ['items', paths('/orders/*', '/orders/*/**'), '{ scopes: { all: [read] } }'],
      ],
    ],
    [
      'where it covers the rest itself',
      [
        ['admin', paths('/admin/**'), '{}'],
        ['open', paths('/**'), 'none'],
      ],
    ],
    [
      'where it is the root',
      [
        ['admin', paths('/'), '{}'],
        ['open', paths('/**'), 'none'],
      ],
    ],
    [
      'on a host of its own',
      [
        ['admin', '{ hosts: [a.example], paths: [/admin] }', '{}'],
        ['open', "{ hosts: ['*'] }", 'none'],
      ],
    ],
    [
      'for methods that another pipeline has at both paths',
      [
        ['admin', '{ paths: [/x] }', '{}'],
        ['reads', "{ paths: [/x, '/**'], methods: [GET] }", 'none'],
        ['others', "{ paths: ['/**'] }", '{}'],
      ],
    ],
  ] as const) {
    test(title, async () => assert.deepEqual(await warned(pipelines(rows)), []));
  }
});

describe('trusted peers', () => {
  const peers = (listen: string, ...blocks: readonly string[]) =>
    `listen: { http: '${listen}' }\nhttp: { trustedPeers: [${blocks.map((one) => `'${one}'`).join(', ')}] }\n`;

  test('that are everybody are warned about, each', async () => {
    const warnings = await warned(peers('0.0.0.0:9180', '0.0.0.0/0', '10.0.0.0/8', '::/0'));
    assert.deepEqual(
      warnings.map((one) => one.split(' is wider')[0]),
      ["http.trustedPeers[0]: '0.0.0.0/0'", "http.trustedPeers[2]: '::/0'"],
    );
    assert.match(
      warnings[0] ?? '',
      /whoever reaches 0\.0\.0\.0:9180 is heard as a gateway.*\(name the networks .*NetworkPolicy/,
    );
  });

  test('of a listener that only this machine reaches are not', async () => {
    for (const listen of ['127.0.0.1:9180', 'unix:/run/x'])
      assert.deepEqual(await warned(peers(listen, '0.0.0.0/0')), []);
  });
});

describe('a value that is seldom meant is warned about', () => {
  for (const { title, yaml, says } of SELDOM_MEANT)
    test(title, async () => assert.deepEqual(await warned(yaml), says));
});

describe('a value is not warned about', () => {
  const issuer = (text: string) => ISSUER.replace('https://issuer.example/', text);
  const claim = (text: string) =>
    `${ISSUER}pipelines: [{ name: a, require: {}, forward: { headers: { x-a: '${text}' } } }]\n`;
  for (const [title, yaml] of [
    ['where Google leaves the scheme out', issuer('accounts.google.com')],
    ['where an issuer of the cluster has http', issuer('http://keycloak.auth.svc:8080/realms/a')],
    ['where an issuer of this machine has http', issuer('http://127.0.0.1:8080/')],
    ['where a realm has no slash', issuer('https://id.example.com/realms/shop')],
    ['where a claim is a URL', claim('https://example.com/tenant.id')],
    ['where a claim is a domain', claim('com.example.tenant')],
    ['where a path has what OData has', `${ISSUER}${path('/odata/$metadata', '/Products(1)')}`],
  ] as const)
    test(title, async () => assert.deepEqual(await warned(yaml), []));

  function path(...all: readonly string[]): string {
    return `pipelines: [{ name: a, match: [${paths(...all)}], require: {} }]\n`;
  }
});

describe('a default beside routes.watch', () => {
  const settings = (fallback: string, watch: boolean) =>
    `${pipelines([['shop', '', '{}']])}default: ${fallback}\nroutes: { watch: ${watch} }\n`;

  test('judges new routes before they are seen, so one that is not deny is warned about', async () => {
    const [warning, ...more] = await warned(settings('shop', true));
    assert.match(
      String(warning),
      /^default: pipeline 'shop' judges the requests of a new route until/,
    );
    assert.deepEqual(more, []);
    assert.deepEqual(await warned(settings('deny', true)), []);
    assert.deepEqual(await warned(settings('shop', false)), []);
  });
});

describe('consumers are warned about', () => {
  const LIST = 'consumers: { file: consumers.yaml }\n';

  test('where no pipeline asks for one', async () =>
    assert.deepEqual(await warned(`${LIST}${pipelines([['orders', paths('/orders'), '{}']])}`), [
      'consumers: decides nothing: no pipeline has require.consumer: true',
    ]));

  test('where several issuers name the subjects', async () => {
    const other = ISSUER.replace('issuers:\n', '')
      .replace('main', 'other')
      .replace('issuer.', 'o.');
    const rows = pipelines([
      ['both', paths('/both'), '{ issuers: [main, other], consumer: true }'],
      ['one', paths('/one'), '{ issuers: [other], consumer: true }'],
    ]);
    assert.deepEqual(await warned(`${LIST}${rows.replace('pipelines:', `${other}pipelines:`)}`), [
      "pipelines[0].require: a consumer is found by sub alone, so that one sub of 'main' and 'other' is one consumer (a pipeline for each issuer, and consumers that list the one that is theirs)",
    ]);
  });
});

describe('an exact path of a rule is warned about', () => {
  const ruled = (rules: string, more = '') =>
    `${ISSUER}pipelines:\n  - { name: a, match: [{ paths: ['/**'] }], require: {}, rules: [${rules}]${more} }\n`;
  const ADMIN = "{ paths: ['/admin'], require: { scopes: { all: [admin] } } }";
  const FOUND =
    "pipelines[0].rules[0].paths[0]: '/admin' is one path: '/admin/' and what is below it falls under";

  for (const [title, rules, more, judge] of [
    ['where a later rule asks for less', `${ADMIN}, { require: {} }`, '', 'rules[1]'],
    ['where other requests pass', ADMIN, ', otherRequests: allow-with-base', 'otherRequests'],
    [
      'where a later rule of its method does',
      `${ADMIN}, { methods: [GET], require: {} }`,
      '',
      'rules[1]',
    ],
  ] as const) {
    test(title, async () => {
      const [warning, ...others] = await warned(ruled(rules, more));
      assert.deepEqual(others, []);
      assert.ok(warning?.startsWith(`${FOUND} ${judge},`), warning);
    });
  }

  for (const [title, rules] of [
    ['nothing else passes', ADMIN],
    ['the later rule asks for as much', `${ADMIN}, { require: { scopes: { all: [admin] } } }`],
    ['it covers what is below', `${ADMIN.replace('/admin', '/admin/**')}, { require: {} }`],
    [
      'somebody has written what is below',
      `${ADMIN}, { paths: ['/admin/**'], require: { clients: [x] } }, { require: {} }`,
    ],
    ['it asks for nothing itself', "{ paths: ['/open'], require: {} }, { require: {} }"],
  ] as const) {
    test(`not where ${title}`, async () => assert.deepEqual(await warned(ruled(rules)), []));
  }
});

test('a condition that reads what is not told over HTTP is warned about', async () => {
  const rows = pipelines([
    ['orders', paths('/orders'), '{ when: "request.source.address == \'x\'" }'],
  ]);
  assert.deepEqual(await warned(`listen: { http: '127.0.0.1:9180' }\n${rows}`), [
    'pipelines[0].require.when: reads request.source, which gateways that ask over HTTP do not tell: it refuses every request of theirs (let the gateway judge addresses and certificates, or ask over gRPC)',
  ]);
});
