import { z } from 'zod';
import { quoted } from './found-value.ts';
import { checked, duration, nonEmpty, path } from './shape-values.ts';

const NAMESPACE = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const namespace = z.string().regex(NAMESPACE, 'must be the name of a namespace');

/** Some namespaces by name, or all of them. */
export const namespaces = z.union([z.array(namespace), z.literal('*')]);

/** `NAMESPACE/NAME` of an object. */
const objectName = (says: string) =>
  checked((text) => {
    const [where, name, ...more] = text.split('/');
    return NAMESPACE.test(where ?? '') &&
      /^[a-z0-9][-.a-z0-9]*$/.test(name ?? '') &&
      more.length === 0
      ? null
      : `${says}, not ${quoted(text)}`;
  });

const gateway = objectName('must be NAMESPACE/NAME of a Gateway');

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
    contourClasses: z
      .array(nonEmpty)
      .default([])
      .describe(
        'Classes of `ingressClasses` that Contour serves, where their IngressClass does not say so: it does not ask about the HTTPS side of an Ingress.',
      ),
    authorizers: z
      .array(objectName('must be NAMESPACE/NAME of a Service, a Backend or an ExtensionService'))
      .optional()
      .describe(
        'Services, Backends and ExtensionServices (NAMESPACE/NAME) by which gateways reach this Watchword: a route that asks another one is bypassed. The chart fills it in.',
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
