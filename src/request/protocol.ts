/** What a caller speaks over HTTP, and so which errors it understands. */
export type CallerProtocol = 'http' | 'grpc' | 'grpc-web' | 'connect';

/** The protocol by `Content-Type`, and by whether there is a `Connect-Protocol-Version`, which JSON calls of Connect have. */
export function protocolOf(contentType: string, hasConnectVersion: boolean): CallerProtocol {
  if (contentType.startsWith('application/grpc'))
    return contentType.startsWith('application/grpc-web') ? 'grpc-web' : 'grpc';
  return hasConnectVersion || contentType.startsWith('application/connect+') ? 'connect' : 'http';
}
