import { z } from 'zod';
import { quoted } from './found-value.ts';
import { checked, duration, nonEmpty, path } from './shape-values.ts';

const NAMESPACE = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const namespace = z.string().regex(NAMESPACE, 'must be the name of a namespace');

/** Some namespaces by name, or all of them. */
export const namespaces = z.union([z.array(namespace), z.literal('*')]);

const gateway = checked((text) => {
  const [where, name, ...more] = text.split('/');
  return NAMESPACE.test(where ?? '') &&
    /^[a-z0-9][-.a-z0-9]*$/.test(name ?? '') &&
    more.length === 0
    ? null
    : `must be NAMESPACE/NAME of a Gateway, not ${quoted(text)}`;
});

/** The routes of the cluster whose annotations count. */
export const routes = z
  .strictObject({
    watch: z
      .boolean()
      .default(false)
      .describe('Watches Ingress, HTTPRoute, GRPCRoute, HTTPProxy, Gateway and IngressClass.'),
    namespaces: namespaces.default('*').describe("Namespaces that are watched, or '*'."),
    ingressClasses: z
      .array(nonEmpty)
      .default([])
      .describe('Classes of the Ingresses that count; HTTPProxies that name a class need one too.'),
    ingressWithoutClass: z
      .boolean()
      .default(false)
      .describe('Whether an Ingress without a class counts where no default class is in the list.'),
    gateways: z
      .array(gateway)
      .default([])
      .describe('Gateways (NAMESPACE/NAME) whose accepted HTTPRoutes and GRPCRoutes count.'),
    shareHosts: z
      .union([z.array(z.array(namespace).min(2)), z.literal('*')])
      .default([])
      .describe(
        "Groups of namespaces that trust each other: among their routes the most specific one decides. '*': all namespaces.",
      ),
    events: z.boolean().default(true).describe('Whether wrong annotations become Events.'),
    maxStale: duration
      .default('5m')
      .describe('How long the last known routes are served unseen before readiness ends.'),
    apiServer: z
      .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
      .optional()
      .describe('The API server. Default: that of the cluster that this runs in.'),
    tokenFile: path("Default: the service account's.").optional(),
    caFile: path("Default: the service account's.").optional(),
  })
  .prefault({})
  .describe('The routes of the cluster. Taken over at the start only.');

export type RoutesConfig = z.output<typeof routes>;
