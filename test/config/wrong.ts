import { settingsOf } from '../../src/config/settings-at.ts';
import { CONFIG } from '../../src/config/shape.ts';

/** The settings at the top, as a hint names them. */
export const SECTIONS = settingsOf(CONFIG).at([]).join(', ');

/** A wrong configuration and what is said of it. */
export interface Wrong {
  /** A sentence. */
  readonly title: string;
  /** The text of `watchword.yaml`. */
  readonly yaml: string;
  /** Each line that is printed, in its order. `$` stands for the folder. */
  readonly says: readonly string[];
}

/** An issuer with nothing wrong. */
export const ISSUER = `issuers:
  - name: main
    issuer: https://issuer.example/
    audiences: [http://orders]
    keys: { file: jwks.json }
`;

/** A pipeline with nothing wrong, where there is one issuer. */
export const PIPELINE = `pipelines:
  - name: orders
    require: {}
`;
