import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { openBrowser } from './browser.ts';
import { keepPicture } from './pictures.ts';
import { openStage, type Stage } from './stage.ts';

const VIEWS = [
  'decisions',
  'refusals',
  'explain',
  'pipelines',
  'issuers',
  'gateways',
  'configuration',
] as const;
type View = (typeof VIEWS)[number];

/** The sizes and colours in which each view is looked at; axe, which takes a second, judges each size and each colour once. */
const LOOKS = [
  { width: 1440, height: 900, colorScheme: 'light', judged: true },
  { width: 1440, height: 900, colorScheme: 'dark', judged: false },
  { width: 360, height: 740, colorScheme: 'light', judged: false },
  { width: 360, height: 740, colorScheme: 'dark', judged: true },
] as const;
type Look = (typeof LOOKS)[number];

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

describe('the page of the console', () => {
  let stage: Stage;
  let browser: Browser;
  /** What the browser complained about: blocked by the policy, thrown, not found. */
  const complaints: string[] = [];
  /** Every URL that was asked for. */
  const asked: string[] = [];

  before(async () => {
    stage = await openStage();
    await stage.fillHour();
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await stage?.[Symbol.asyncDispose]();
  });

  const open = async (view: View, look: Look = LOOKS[0]): Promise<Opened> => {
    const { width, height, colorScheme } = look;
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    const page = await context.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`http://localhost:${stage.port}/#${view}`);
    await page.getByText('Loading…').waitFor({ state: 'detached' });
    await page.getByRole('contentinfo').getByText('One replica').waitFor();
    return { page, context, [Symbol.asyncDispose]: () => context.close() };
  };

  for (const look of LOOKS) {
    for (const view of VIEWS) {
      test(`${view} fits${look.judged ? ' and is accessible' : ''}, ${look.width} px, ${look.colorScheme}`, async () => {
        await using opened = await open(view, look);
        const { page } = opened;
        if (view === 'explain') await explainExpired(page, stage);
        if (look.judged) assert.deepEqual(await violations(page), []);
        const overflow = await page.evaluate('document.documentElement.scrollWidth');
        assert.ok(Number(overflow) <= look.width, `${overflow} px`);
        if (look.judged)
          await keepPicture(page, `${view}-${look.width}-${look.colorScheme}`, stage.folder.path);
      });
    }
  }

  test('shows decisions as they are counted', async () => {
    await using opened = await open('decisions');
    const row = opened.page.getByRole('row', { name: /orders.*verified/ });
    const [, total = ''] = /([\d,]+)\s*$/.exec((await row.textContent()) ?? '') ?? [];
    assert.ok(Number(total.replaceAll(',', '')) > 2_000, total);
    const chart = opened.page.getByRole('img', { name: /in the last hour/ });
    assert.match(
      (await chart.getAttribute('aria-label')) ?? '',
      /[\d,]+ allow, [\d,]+ deny, 0 error/,
    );
    assert.equal(await chart.locator('canvas').count(), 1);
  });

  test('finds a refusal, and takes it over to be explained, by keyboard alone', async () => {
    await stage.check({ id: 'the-request-of-an-incident', path: '/orders/77?secret=of-a-client' });
    await using opened = await open('refusals');
    const { page } = opened;
    await page.keyboard.press('Tab');
    assert.equal(await focused(page), 'Skip to refusals');
    await page.keyboard.press('Enter');
    assert.equal(await focused(page), 'Refusals');
    await page.keyboard.press('Tab');
    await page.keyboard.type('of-an-incident');
    await page.getByRole('row').nth(2).waitFor({ state: 'detached' });
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Explain', level: 1 }).waitFor();
    const url = page.getByLabel('URL');
    assert.equal(await url.inputValue(), 'https://orders.example.com/orders/77');
    await url.focus();
    await page.keyboard.press('Tab');
    await page.keyboard.type('garbage');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    assert.equal(await focused(page), 'Explain');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'deny token_malformed' }).waitFor();
    await page.getByText('What to change:').waitFor();
    assert.deepEqual(await violations(page), []);
  });

  test('says in one line what is wrong with a question', async () => {
    await using opened = await open('explain');
    const { page } = opened;
    for (const [url, token, says] of [
      ['orders.example.com', '', 'url must be http(s)://HOST/PATH'],
      [
        'https://orders.example.com/',
        'a'.repeat(1 << 20),
        'the question has more than 139264 bytes; limits.tokenBytes is 8192',
      ],
    ] as const) {
      await page.getByLabel('URL').fill(url);
      await page.getByLabel('Token').fill(token);
      await page.getByRole('button', { name: 'Explain', exact: true }).click();
      await page.getByText(says).waitFor();
    }
    assert.deepEqual(await violations(page), []);
  });

  test('keeps nothing of what was typed: not in the address, in storage, in cookies', async () => {
    await using opened = await open('explain');
    const { page, context } = opened;
    await explainExpired(page, stage);
    const url = page.url();
    assert.match(url, /^http:\/\/localhost:\d+\/#explain$/);
    const { cookies, origins } = await context.storageState({ indexedDB: true });
    assert.deepEqual([cookies, origins], [[], []]);
    const stored = 'JSON.stringify([{...localStorage}, {...sessionStorage}])';
    assert.equal(await page.evaluate(stored), '[{},{}]');
    await page.getByRole('link', { name: 'Issuers' }).click();
    await page.getByRole('link', { name: 'Explain' }).click();
    assert.equal(await page.getByLabel('Token').inputValue(), '');
    await page.getByLabel('Token').fill('something');
    await page.getByRole('button', { name: 'Clear' }).click();
    assert.equal(await page.getByLabel('Token').inputValue(), '');
  });

  test('shows markup that a client sent as text', async () => {
    const markup = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    await stage.check({ path: `/orders/${markup}`, host: 'orders.example.com', id: markup });
    await using opened = await open('refusals');
    const { page } = opened;
    await page.getByText(`id ${markup}`).first().waitFor();
    assert.equal(await page.title(), 'Refusals · Watchword');
    assert.equal(await page.locator('main img').count(), 0);
  });

  test('says that Watchword does not answer, and goes on when it does again', async () => {
    await using opened = await open('decisions');
    const { page } = opened;
    await page.route('**/api/**', (route) => route.abort());
    await page.getByRole('alert').getByText('has not answered since').waitFor();
    assert.deepEqual(await violations(page), []);
    await keepPicture(page, 'no-answer-1440-light', stage.folder.path);
    await page.unroute('**/api/**');
    await page.getByRole('alert').waitFor({ state: 'detached' });
    // Those of the requests that were aborted on purpose.
    complaints.length = 0;
  });

  test('says what is wrong with the files', async () => {
    const file = stage.folder.at('watchword.yaml');
    const right = await readFile(file, 'utf8');
    await stage.folder.write('watchword.yaml', right.replace('require: none', 'requires: none'));
    await using opened = await open('configuration');
    const { page } = opened;
    await page
      .getByRole('alert')
      .getByText(/did you mean|requires/)
      .waitFor();
    assert.deepEqual(await violations(page), []);
    await keepPicture(page, 'wrong-files-1440-light', stage.folder.path);
    await stage.folder.write('watchword.yaml', right);
    await page.getByRole('alert').waitFor({ state: 'detached' });
  });

  test('shows no secret of the configuration', async () => {
    await using opened = await open('configuration');
    const text = (await opened.page.textContent('body')) ?? '';
    assert.match(text, /127\.0\.0\.1:1\/keys\?\(masked\)/);
    assert.ok(!text.includes('a-secret-of-ours'));
  });

  test('runs no script but its own', async () => {
    await using opened = await open('decisions');
    const { page } = opened;
    const ran = `new Promise((resolve) => {
      const script = document.createElement('script');
      document.addEventListener('securitypolicyviolation', ({ violatedDirective }) => resolve(violatedDirective));
      try { script.text = 'window.ran = true'; document.body.append(script); } catch (error) { resolve(error.name); }
    })`;
    assert.match(
      String(await page.evaluate(ran)),
      /TypeError|require-trusted-types-for|script-src/,
    );
    assert.equal(await page.evaluate('window.ran'), undefined);
    complaints.length = 0;
  });

  test('asked nobody else, and the browser had nothing to complain about', () => {
    const origin = `http://localhost:${stage.port}/`;
    assert.ok(asked.length > 100);
    assert.deepEqual(
      asked.filter((url) => !url.startsWith(origin)),
      [],
    );
    assert.deepEqual(
      complaints.filter((line) => !/status of 4(00|13)/.test(line)),
      [],
    );
  });
});

interface Opened extends AsyncDisposable {
  readonly page: Page;
  readonly context: BrowserContext;
}

/** Explains a token that has expired, which is in no answer. */
async function explainExpired(page: Page, { signer }: Stage): Promise<void> {
  const token = signer.token({ iss: 'https://tenant.eu.auth0.com/', exp: 1_700_000_000 });
  await page.getByLabel('URL').fill('https://orders.example.com/orders/1');
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Explain', exact: true }).click();
  await page.getByRole('heading', { name: 'deny token_expired' }).waitFor();
}

/** What axe finds wrong, by WCAG 2.2 AA and its best practices. */
async function violations(page: Page): Promise<readonly string[]> {
  // By the debugger: the page's own policy lets no script in.
  await page.evaluate(await readFile(AXE, 'utf8'));
  const found = (await page.evaluate('axe.run()')) as {
    readonly violations: readonly {
      readonly id: string;
      readonly nodes: readonly { readonly html: string }[];
    }[];
  };
  return found.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
  );
}

function focused(page: Page): Promise<unknown> {
  return page.evaluate('document.activeElement.innerText');
}
