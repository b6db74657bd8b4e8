/** Manifests and configurations as their users have them, in one namespace; each with what a migration has to say about it. */
export interface Specimen {
  readonly title: string;
  readonly source: 'express-gateway' | 'ingress-nginx' | 'traefik';
  /** Objects of Kubernetes, or a `gateway.config.yml`. */
  readonly documents: (namespace: string) => readonly object[];
  /** Whether everything in it has a counterpart as routes of the Gateway API; the command then ends with 0, else with 2. */
  readonly isComplete: boolean;
  /** Parts of notes that must be there when routes of the Gateway API are written. */
  readonly says: readonly string[];
  /** The same where the gateway stays. */
  readonly saysOfSame?: readonly string[];
}

/** A Service whose port 8181 is called `http`. */
export function service(namespace: string, name: string): object {
  const ports = [{ name: 'http', port: 8181, targetPort: 8080 }];
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec: { ports } };
}
