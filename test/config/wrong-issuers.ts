import { ISSUER, type Wrong } from './wrong.ts';

/** Issuers and keys. */
export const WRONG_ISSUERS: readonly Wrong[] = [
  {
    title: 'two issuers with one iss, and with one name',
    yaml: `${ISSUER}  - name: main\n    issuer: https://issuer.example/\n    keys: { file: jwks.json }\n`,
    says: [
      'watchword.yaml:6 issuers[1].name: two issuers have this name',
      'watchword.yaml:7 issuers[1].issuer: two issuers have this iss',
    ],
  },
  {
    title: 'an algorithm that does not exist',
    yaml: `${ISSUER}    algorithms: [none, RS256]\n`,
    says: [
      "watchword.yaml:6 issuers[0].algorithms[0]: must be one of 'RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'HS256', 'HS384', 'HS512', not 'none'",
    ],
  },
  {
    title: 'HS256 with a public key',
    yaml: `${ISSUER}    algorithms: [ES256, HS256]\n`,
    says: [
      'watchword.yaml:6 issuers[0].algorithms: HS256 needs a secretFile: a public key is no secret',
    ],
  },
  {
    title: 'RS256 with a secret',
    yaml: `issuers:\n  - name: main\n    issuer: https://issuer.example/\n    algorithms: [RS256]\n    keys: { secretFile: secret.txt }\n`,
    says: [
      'watchword.yaml:4 issuers[0].algorithms: RS256 needs a public key, and there is a secretFile',
    ],
  },
  {
    title: 'a PEM file as a secret',
    yaml: `issuers:\n  - name: main\n    issuer: https://issuer.example/\n    keys: { secretFile: public.pem }\n`,
    says: [
      'watchword.yaml:4 issuers[0].keys: $/public.pem is a PEM file, not a secret (public keys belong under keys.file)',
    ],
  },
  {
    title: 'a secret that is too short',
    yaml: `issuers:\n  - name: main\n    issuer: https://issuer.example/\n    algorithms: [HS256, HS512]\n    keys: { secretFile: short.txt }\n`,
    says: [
      'watchword.yaml:5 issuers[0].keys: $/short.txt has 20 bytes; HS256, HS512 needs at least 64 (RFC 7518 section 3.2)',
    ],
  },
  {
    title: 'a private key',
    yaml: ISSUER.replace('jwks.json', 'private.pem'),
    says: [
      'watchword.yaml:5 issuers[0].keys: $/private.pem: holds a private key; only the public key or the certificate belongs here',
    ],
  },
  {
    title: 'a private key in a JWK Set',
    yaml: ISSUER.replace('jwks.json', 'private.json'),
    says: [
      'watchword.yaml:5 issuers[0].keys: $/private.json: no usable key (keys[0]: it is a private key: whoever reads this document can sign tokens, so replace the key)',
    ],
  },
  {
    title: 'a certificate that has expired',
    yaml: ISSUER.replace('jwks.json', 'expired.pem'),
    says: [
      'watchword.yaml:5 issuers[0].keys: $/expired.pem: no usable key (certificate: it is not valid now (2020-01-01T00:00:00.000Z to 2020-02-01T00:00:00.000Z))',
    ],
  },
  {
    title: 'a key file that is not there',
    yaml: ISSUER.replace('jwks.json', 'gone.pem'),
    says: [
      'watchword.yaml:5 issuers[0].keys: $/gone.pem cannot be read: ENOENT (there is no such file; a relative path begins at the folder of the file that names it)',
    ],
  },
  {
    title: 'a key file that is a folder',
    yaml: ISSUER.replace('jwks.json', 'folder'),
    says: [
      'watchword.yaml:5 issuers[0].keys: $/folder cannot be read: EISDIR (it is a folder: name the file in it)',
    ],
  },
  {
    title: 'a key file of another kind',
    yaml: ISSUER.replace('jwks.json', 'notes.txt'),
    says: [
      'watchword.yaml:5 issuers[0].keys: $/notes.txt is neither a PEM key or certificate nor a JWK Set',
    ],
  },
  {
    title: 'a key set without keys',
    yaml: ISSUER.replace('jwks.json', 'empty.json'),
    says: ['watchword.yaml:5 issuers[0].keys: $/empty.json: no usable key: the set is empty'],
  },
  {
    title: 'an RSA key that is too short',
    yaml: ISSUER.replace('jwks.json', 'weak.pem'),
    says: [
      'watchword.yaml:5 issuers[0].keys: $/weak.pem: no usable key (public key: RSA key of 1024 bits, fewer than 2048)',
    ],
  },
  {
    title: 'a key of dev-issuer',
    yaml: ISSUER.replace('jwks.json', 'dev.json'),
    says: [
      'watchword.yaml:5 issuers[0].keys: $/dev.json: no usable key (keys[0] (kid "watchword-dev-1"): is a key of watchword dev-issuer, and the issuer has no allowDevIssuer: true)',
    ],
  },
  {
    title: 'a remote key set over http',
    yaml: ISSUER.replace('file: jwks.json', 'jwks: http://issuer.example/jwks.json'),
    says: [
      'watchword.yaml:5 issuers[0].keys.jwks: must be https; allowHttp: true beside it allows http',
    ],
  },
  {
    title: 'the cluster as an issuer over http, and with redirects to elsewhere',
    yaml: ISSUER.replace(
      'file: jwks.json',
      'kubernetes: true, allowHttp: true, allowRedirects: true',
    ),
    says: [
      "watchword.yaml:5 issuers[0].keys.allowHttp: is not for kubernetes: true, which is asked with the pod's token",
      "watchword.yaml:5 issuers[0].keys.allowRedirects: is not for kubernetes: true, which is asked with the pod's token",
    ],
  },
  {
    title: 'user names and passwords in URLs of keys',
    yaml: `issuers:\n${[
      'https://a.example/',
      'https://b.example/',
      'https://reader@c.example/',
      'https://reader:hunter2@{tenant}.example/',
    ]
      .map(
        (issuer, index) =>
          `  - name: i${index}\n    issuer: ${issuer}\n    audiences: any\n    keys: ${
            [
              '{ jwks: https://reader:hunter2@a.example/jwks?key=sekrit }',
              '{ discovery: https://reader:hunter2@b.example }',
              '{ discovery: true }',
              '{ discovery: true }\n    tenants: [a]',
            ][index]
          }\n`,
      )
      .join('')}`,
    says: [5, 9, 11, 15].map((line, index) => {
      const setting = ['keys.jwks', 'keys.discovery', 'issuer', 'issuer'][index];
      return `watchword.yaml:${line} issuers[${index}].${setting}: has a user name or a password, which is never sent (keys are public: publish them where nobody logs in)`;
    }),
  },
  {
    title: 'an issuer whose metadata nobody can ask for',
    yaml: ISSUER.replace('https://issuer.example/', 'accounts').replace(
      'file: jwks.json',
      'discovery: true',
    ),
    says: [
      'watchword.yaml:3 issuers[0].issuer: must be an http(s) URL where keys.discovery is true (or name the URL under keys.discovery)',
    ],
  },
  {
    title: 'two sources of keys, and none',
    yaml: `${ISSUER.replace('file: jwks.json', 'file: jwks.json, jwks: https://issuer.example/')}  - name: other\n    issuer: https://other.example/\n    keys: {}\n`,
    says: [
      'watchword.yaml:5 issuers[0].keys: must have exactly one of file, secretFile, jwks, discovery, kubernetes',
      'watchword.yaml:8 issuers[1].keys: must have exactly one of file, secretFile, jwks, discovery, kubernetes',
    ],
  },
];
