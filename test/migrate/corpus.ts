import { INGRESSES } from './ingresses.ts';
import { MIDDLEWARES } from './middlewares.ts';
import type { Specimen } from './specimen.ts';

const EXPRESS: readonly Specimen[] = [
  {
    title: "the tutorial's gateway.config.yml",
    source: 'express-gateway',
    isComplete: true,
    documents: () => [
      {
        http: { port: 8080 },
        apiEndpoints: { billings: { host: '*', paths: '/orders*' } },
        serviceEndpoints: { billings: { url: 'http://localhost:8181' } },
        policies: ['jwt', 'proxy'],
        pipelines: {
          billings: {
            apiEndpoints: ['billings'],
            policies: [
              {
                jwt: [
                  {
                    action: {
                      secretOrPublicKeyFile: './key/pubKey.pem',
                      checkCredentialExistence: false,
                    },
                  },
                ],
              },
              { proxy: [{ action: { serviceEndpoint: 'billings', changeOrigin: true } }] },
            ],
          },
        },
      },
    ],
    says: ['jwt.issuer: was not checked', 'jwt.audience: was not checked', '/etc/watchword-keys/'],
  },
];

/** What users have, for migrations to be tried on. */
export const CORPUS: readonly Specimen[] = [...INGRESSES, ...MIDDLEWARES, ...EXPRESS];
