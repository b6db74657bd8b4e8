import type { GatewaysUp } from './behind-gateways.ts';
import type { Story } from './story.ts';

/**
 * The story of annotated routes, through both gateways. To be told as soon as the program watches routes
 * (`config.routes.watch`), after `behindGateways`, with its gateways and token: annotate the Ingress, 401, 200, 403; change the
 * annotation; a wrong one (refused with `admissionPolicy.enabled`, an Event without); a bogus class and a foreign host.
 */
export async function annotatedRoutes(_story: Story, _gateways: GatewaysUp): Promise<void> {
  return Promise.resolve();
}
