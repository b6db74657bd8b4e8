import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { extract } from '../../src/check/extract.ts';
import { verify } from '../../src/check/verify.ts';
import { readFragment } from '../../src/config/fragment.ts';
import { ALGORITHM_NAMES } from '../../src/keys/algorithm.ts';
import { readKeySet } from '../../src/keys/key-set.ts';
import { readPem } from '../../src/keys/pem.ts';
import { parseHost } from '../../src/policy/host.ts';
import { readings, withoutQuery } from '../../src/policy/path.ts';
import { pathPatternFault } from '../../src/policy/path-pattern-fault.ts';
import { selectRouted } from '../../src/routes/select.ts';
import { readClaims, scopesOf } from '../../src/token/claims.ts';
import { readJsonObject } from '../../src/token/json-object.ts';
import { readJws } from '../../src/token/jws.ts';
import { decode } from '../../src/transport/ext-authz/decode.ts';
import {
  sampleIssuer,
  samplePipeline,
  samplePolicy,
  sampleRequest,
  sampleToken,
} from '../policy/samples.ts';
import { certificateFor } from '../support/certificate.ts';
import { bytes, checkRequestWith, nearly, nearlyText, text } from './arbitraries.ts';

/*
 * Whatever comes in, a decoder gives a value or says why not. A throw would be a defect that the caller can set off: the
 * reason `internal`, or the end of the process.
 */

const MANY = { numRuns: 5_000 };
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();

describe('no message makes the CheckRequest decoder throw', () => {
  const isRequestOrNull = (message: Buffer): void => {
    const request = decode(message);
    if (request === null) return;
    const { preflightFor, authorization, context, protocol, route, port, ...texts } = request;
    assert.ok(Number.isSafeInteger(port) && (port ?? -1) >= 0);
    assert.ok(route === undefined || route === null || typeof route.name === 'string');
    for (const value of Object.values(texts)) assert.equal(typeof value, 'string');
    for (const value of [preflightFor, authorization])
      assert.ok(value === null || typeof value === 'string');
    assert.equal(typeof protocol, 'string');
    for (const value of Object.values(route ?? {})) assert.equal(typeof value, 'string');
    for (const [name] of context) assert.ok(name.startsWith('watchword.dev/'));
  };

  test('bytes without meaning', () => {
    fc.assert(fc.property(bytes, isRequestOrNull), MANY);
  });

  test('a message with a few bytes changed', () => {
    const message = checkRequestWith({
      authorization: 'Bearer a.b.c',
      'content-type': 'application/grpc',
      'x-request-id': 'id',
    });
    fc.assert(fc.property(nearly(fc.constant(message)), isRequestOrNull), MANY);
  });
});

describe('no token makes the reading of tokens throw', () => {
  const policy = samplePolicy({ issuers: [sampleIssuer()] });
  const encoded = fc
    .tuple(fc.oneof(fc.jsonValue(), text), fc.jsonValue())
    .map((parts) =>
      [...parts, 'c2ln']
        .map((part) =>
          Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url'),
        )
        .join('.'),
    );
  const token = fc.oneof(text, encoded, nearlyText(fc.constant(sampleToken())));

  test('its form', () => {
    fc.assert(
      fc.property(token, (some) => {
        const read = readJws(some);
        if (read.ok) assert.equal(typeof read.jws.header.alg, 'string');
        else assert.match(read.reason, /^token_/);
      }),
      MANY,
    );
  });

  test('its verification', async () => {
    await fc.assert(
      fc.asyncProperty(token, async (some) => {
        const verification = await verify(some, policy);
        // A few changes of a token that give the same token again are no changes.
        if (verification.ok) assert.equal(some, sampleToken());
      }),
      MANY,
    );
  });

  test('its claims, of whatever type they are', () => {
    const claim = fc.oneof(fc.jsonValue(), fc.double(), fc.constant(undefined));
    const claims = fc.record({ exp: claim, nbf: claim, iat: claim, aud: claim, sub: claim });
    fc.assert(
      fc.property(claims, claim, (some, scope) => {
        const read = readClaims(some);
        if (read.ok) assert.ok(Number.isFinite(read.claims.expiresAt));
        for (const one of scopesOf({ scope, scp: scope })) assert.equal(typeof one, 'string');
      }),
      MANY,
    );
  });

  test('an Authorization header', () => {
    const header = fc.tuple(fc.constantFrom('', 'Bearer ', 'bearer', 'Basic ', ','), text, text);
    fc.assert(
      fc.property(header, (parts) => {
        const found = extract(parts.join(''), 30);
        if (found.ok) assert.match(found.token, /^[^ ].{0,29}$/s);
      }),
      MANY,
    );
  });

  test('JSON in any bytes', () => {
    const json = nearly(fc.json().map((one) => Buffer.from(one)));
    fc.assert(
      fc.property(fc.oneof(bytes, json), (some) => {
        const read = readJsonObject(some);
        assert.ok(read === null || (typeof read === 'object' && !Array.isArray(read)));
      }),
      MANY,
    );
  });
});

describe('no host and no path makes the selection throw', () => {
  test('a host', () => {
    fc.assert(
      fc.property(text, (sent) => {
        const host = parseHost(sent);
        if (host === null) return;
        assert.match(host, /^[-a-z0-9._:[\]]+$/);
        assert.equal(parseHost(host), host, 'it is read as itself');
      }),
      MANY,
    );
  });

  test('a path', () => {
    fc.assert(
      fc.property(text, (rest) => {
        const path = withoutQuery(`/${rest}`);
        const all = readings(path);
        if (all === null) return;
        assert.ok(all.length <= 64);
        assert.equal(all[0], path);
        for (const one of all) assert.ok(one.startsWith('/'), one);
        if (pathPatternFault(path) === null) assert.equal(all.length, 1);
      }),
      MANY,
    );
  });

  test('a request', () => {
    const policy = samplePolicy({
      matches: {
        'a.example': { '/a/**': samplePipeline('a') },
        '*': { '/*/b': samplePipeline('b') },
      },
    });
    const request = fc.record({
      host: fc.oneof(fc.constant('a.example'), text),
      path: fc.oneof(
        text.map((rest) => `/a/${rest}`),
        text,
      ),
      method: text,
      context: fc.array(
        fc.tuple(
          text.map((name) => `watchword.dev/${name}`),
          text,
        ),
        { maxLength: 2 },
      ),
    });
    fc.assert(
      fc.property(request, (some) => {
        const selection = selectRouted(policy, sampleRequest(some), null);
        if (!selection.ok) assert.equal(typeof selection.reason, 'string');
      }),
      MANY,
    );
  });
});

describe('no file and no issuer makes the reading of keys throw', () => {
  test('PEM', () => {
    const pem = fc.constantFrom(PEM, certificateFor(rsa, 'a.example'));
    fc.assert(
      fc.property(fc.oneof(text, nearlyText(pem)), (some) => {
        const read = readPem(some);
        if (read.ok) {
          for (const entry of read.entries)
            assert.equal('jwk' in entry ? entry.jwk.d : undefined, undefined);
        } else assert.notEqual(read.fault, '');
      }),
      { numRuns: 500 },
    );
  });

  test('a key set', async () => {
    const member = fc.oneof(fc.jsonValue(), fc.constantFrom('RSA', 'EC', 'OKP', 'P-256', 'AQAB'));
    const names = ['kty', 'kid', 'use', 'key_ops', 'alg', 'crv', 'n', 'e', 'x', 'y', 'd', 'k'];
    const jwk = fc.dictionary(fc.constantFrom(...names), member);
    const document = fc.oneof(fc.jsonValue(), fc.record({ keys: fc.array(jwk, { maxLength: 4 }) }));
    await fc.assert(
      fc.asyncProperty(document, async (some) => {
        const read = await readKeySet(some, { algorithms: ALGORITHM_NAMES, allowDevKeys: false });
        if (read.ok) assert.ok(read.set.size > 0);
      }),
      MANY,
    );
  });
});

test('no configuration file makes its reading throw', () => {
  const yaml = 'issuers:\n  - &a {name: x, keys: {file: ./k}}\npipelines: [*a, "b", 1.5]\n';
  fc.assert(
    fc.property(fc.oneof(text, fc.json(), nearlyText(fc.constant(yaml))), (some) => {
      const read = readFragment('/etc/watchword/a.yaml', 'a.yaml', some);
      if (read.ok) assert.match(read.fragment.placeOf(['issuers', 0, 'name']), /^a\.yaml/);
      else for (const { path, message } of read.problems) assert.ok(path !== '' && message !== '');
    }),
    MANY,
  );
});
