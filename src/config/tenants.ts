import { ALGORITHM_NAMES, type Algorithm, isSymmetric } from '../keys/algorithm.ts';
import type { IssuerConfig } from './shape.ts';
import { TENANT } from './shape-issuer.ts';

/** The settings of one issuer of a template. */
export interface TenantConfig {
  readonly config: IssuerConfig;
  /** What its keys are called in metrics, logs and readiness. */
  readonly label: string;
}

/** The issuers that a template stands for: only tenants that are named, never whatever a token says. */
export function tenantsOf(config: IssuerConfig): readonly TenantConfig[] {
  if (config.tenants === undefined) return [{ config, label: config.name }];
  return config.tenants.map((tenant) => {
    const fill = (text: string): string => text.replaceAll(TENANT, tenant);
    const { jwks, discovery } = config.keys;
    const keys = {
      ...config.keys,
      ...(jwks === undefined ? {} : { jwks: fill(jwks) }),
      ...(typeof discovery === 'string' ? { discovery: fill(discovery) } : {}),
    };
    return {
      config: { ...config, issuer: fill(config.issuer), keys },
      label: `${config.name}:${tenant}`,
    };
  });
}

/** The algorithms of an issuer: those it names, else all that its kind of key could have. */
export function algorithmsOf({ algorithms, keys }: IssuerConfig): readonly Algorithm[] {
  if (algorithms !== undefined) return algorithms as readonly Algorithm[];
  const symmetric = keys.secretFile !== undefined;
  return symmetric ? ['HS256'] : ALGORITHM_NAMES.filter((name) => !isSymmetric(name));
}
