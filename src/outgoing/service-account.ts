import { readFile } from 'node:fs/promises';

const FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Where Kubernetes puts a pod's identity, and the authorities of its API server. */
export const SERVICE_ACCOUNT = {
  tokenFile: `${FOLDER}/token`,
  caFile: `${FOLDER}/ca.crt`,
} as const;

/** The header that shows a token, as its file is now: the kubelet replaces it. None without a file. */
export async function authorizationBy(
  tokenFile: string | null,
): Promise<{ readonly authorization?: string }> {
  if (tokenFile === null) return {};
  return { authorization: `Bearer ${(await readFile(tokenFile, 'utf8')).trim()}` };
}
