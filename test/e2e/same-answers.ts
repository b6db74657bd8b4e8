import assert from 'node:assert/strict';
import type { OutgoingHttpHeaders } from 'node:http';
import { readSeries } from '../server/series.ts';
import type { Signer } from '../server/signer.ts';
import { ask, bearer, type Gateway } from './ask.ts';
import { kubectl, until } from './commands.ts';

/** The two identity headers of the page, as they reach the backend; undefined where there is none. */
type Identity = readonly [user: string | undefined, email: string | undefined];

/** What a request gets, whichever gateway it goes through. */
export interface Expected {
  readonly headers: OutgoingHttpHeaders;
  readonly status: number;
  readonly reason: string;
  /** At the backend, where it is reached: in shadow mode always, with the identity of a token that is genuine and in time. */
  readonly identity: Identity;
}

const NOBODY: Identity = [undefined, undefined];
const FORGED = { 'x-auth-request-user': 'admin', 'x-auth-request-email': 'admin@example.com' };

/** Each request has a connection of its own: a kept one may lead to a pod that is gone, and wait for it. */
export const OWN_CONNECTION = { connection: 'close' } as const;

/** Requests to the pipeline of the page, with tokens of an issuer. */
export function expectations(issuer: string, { token }: Signer): readonly Expected[] {
  const client = { iss: issuer, email: 'client-1@example.com' };
  const all: Identity = ['client-1', 'client-1@example.com'];
  const row = (
    token: string | null,
    status: number,
    reason: string,
    identity = NOBODY,
    more: OutgoingHttpHeaders = {},
  ): Expected => ({
    headers: { ...(token === null ? {} : bearer(token)), ...more },
    status,
    reason,
    identity,
  });
  const expired = { ...client, exp: Math.floor(Date.now() / 1000) - 600 };
  return [
    row(token(client), 200, 'verified', all),
    row(token(client), 200, 'verified', all, FORGED),
    row(token({ iss: issuer }), 200, 'verified', ['client-1', undefined], FORGED),
    row(null, 401, 'token_missing'),
    row(null, 401, 'token_missing', NOBODY, FORGED),
    row(token({ ...client, aud: 'http://other' }), 401, 'audience_wrong', all),
    row(token(expired), 401, 'token_expired'),
    row(changed(token, client), 401, 'signature_invalid', NOBODY, FORGED),
    row(token({ ...client, scope: 'write:orders' }), 403, 'scope_insufficient', all),
  ];
}

/** A token whose claims were changed after it was signed. */
function changed(token: Signer['token'], claims: object): string {
  const [header, , signature] = token(claims).split('.');
  const [, payload] = token({ ...claims, sub: 'admin' }).split('.');
  return [header, payload, signature].join('.');
}

/** The counts of decisions of the pods of a release. */
export class Decisions {
  readonly #namespace: string;
  #addresses: readonly string[] = [];

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  /** Decisions about the pipeline `web` so far, by reason and mode: `token_missing enforce`. */
  async count(): Promise<ReadonlyMap<string, number>> {
    const sums = new Map<string, number>();
    for (const text of await this.#metrics()) {
      for (const [name, value] of readSeries(text)) {
        if (!/^watchword_decisions_total\{.*pipeline="web"/.test(name)) continue;
        const label = (label: string) => new RegExp(`${label}="(\\w+)"`).exec(name)?.[1];
        const key = `${label('reason')} ${label('mode')}`;
        sums.set(key, (sums.get(key) ?? 0) + value);
      }
    }
    return sums;
  }

  /** Waits until every pod has read its configuration after a moment, in seconds since 1970. */
  async reloadedSince(moment: number): Promise<void> {
    await until('the changed configuration in every pod', 100, async () => {
      const texts = await this.#metrics();
      const read = texts.map((text) =>
        readSeries(text).get('watchword_config_last_success_timestamp_seconds'),
      );
      return read.every((time) => time !== undefined && time > moment) ? true : undefined;
    });
  }

  /** Waits until no pod of an earlier state is left, whose counts would go with it. */
  async settled(): Promise<void> {
    await until('the end of stopping pods', 60, async () =>
      (await this.#pods('{.items[?(@.metadata.deletionTimestamp)].metadata.name}')) === ''
        ? true
        : undefined,
    );
    this.#addresses = [];
  }

  #pods(path: string): Promise<string> {
    const selector = ['--selector', 'app.kubernetes.io/name=watchword'];
    const args = ['get', 'pods', '--namespace', this.#namespace, ...selector];
    return kubectl([...args, '--output', `jsonpath=${path}`]);
  }

  async #metrics(): Promise<readonly string[]> {
    if (this.#addresses.length === 0)
      this.#addresses = (await this.#pods('{.items[*].status.podIP}')).split(' ');
    return Promise.all(
      this.#addresses.map(async (address) =>
        (await fetch(`http://${address}:9190/metrics`)).text(),
      ),
    );
  }
}

/**
 * Sends each request through each gateway: status, Watchword's own count of the reason, and what reached the backend are as
 * expected. In shadow mode everything passes, and the count says what would have been.
 */
export async function sameAnswers(
  gateways: readonly Gateway[],
  all: readonly Expected[],
  decisions: Decisions,
  mode: 'shadow' | 'enforce',
): Promise<string> {
  let before = await decisions.count();
  for (const gateway of gateways) {
    for (const { headers, status, reason, identity } of all) {
      const answer = await ask(gateway, '/orders/1', { ...OWN_CONNECTION, ...headers });
      const at = `${reason} at ${gateway.address}: ${answer.body}`;
      assert.equal(answer.status, mode === 'shadow' ? 200 : status, at);
      if (answer.status === 200) assert.deepEqual(identityIn(answer.body), identity, at);
      const now = await decisions.count();
      assert.deepEqual(grown(before, now), [`${reason} ${mode}`], at);
      before = now;
    }
  }
  return `${all.length} requests, ${gateways.length} gateways`;
}

/** What reached the backend. */
export function identityIn(body: string): Identity {
  const { headers } = JSON.parse(body) as { headers: Readonly<Record<string, string>> };
  return [headers['x-auth-request-user'], headers['x-auth-request-email']];
}

/** What was counted once between two counts, by name; with its number where it was not once. */
function grown(
  before: ReadonlyMap<string, number>,
  now: ReadonlyMap<string, number>,
): readonly string[] {
  return [...now].flatMap(([key, value]) => {
    const more = value - (before.get(key) ?? 0);
    return more === 0 ? [] : [more === 1 ? key : `${more} ${key}`];
  });
}
