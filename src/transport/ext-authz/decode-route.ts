import type { RouteRef } from '../../request/request.ts';
import { lengthTag, type WireReader } from '../../wire/reader.ts';

/**
 * `route_metadata_context` to the route object that Envoy Gateway names in it:
 * `filter_metadata["envoy-gateway"].resources[0]` with `kind`, `namespace` and `name` (`includeRouteMetadata: true`). The
 * metadata is of the route that Envoy chose, so the client has no say in it.
 */

const NAMESPACE = 'envoy-gateway';

// config.core.v3.Metadata, and every map entry: key and value
const FILTER_METADATA = lengthTag(1);
const KEY = lengthTag(1);
const VALUE = lengthTag(2);
// google.protobuf.Struct, ListValue, Value
const FIELDS = lengthTag(1);
const VALUES = lengthTag(1);
const STRING = lengthTag(3);
const STRUCT = lengthTag(5);
const LIST = lengthTag(6);

/** Reads the metadata where the reader stands. Null where it names no object. */
export function readRoute(reader: WireReader): RouteRef | null {
  let route: RouteRef | null = null;
  each(reader, FILTER_METADATA, () => {
    entry(reader, (name) => {
      if (name === NAMESPACE) route = readResources(reader);
    });
  });
  return route;
}

/** Goes over the fields with a tag of the message where the reader stands. */
function each(reader: WireReader, tag: number, visit: () => void): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.tag === tag) visit();
  }
  reader.leave(outer);
}

/** Reads a map entry; the reader stands at the value when `visit` is called. Every writer puts the key first. */
function entry(reader: WireReader, visit: (key: string) => void): void {
  let key = '';
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.tag === KEY) key = reader.bytes.toString('utf8', reader.start, reader.end);
    else if (reader.tag === VALUE) visit(key);
  }
  reader.leave(outer);
}

function readResources(reader: WireReader): RouteRef | null {
  let route: RouteRef | null = null;
  each(reader, FIELDS, () => {
    entry(reader, (key) => {
      if (key !== 'resources') return;
      each(reader, LIST, () => {
        each(reader, VALUES, () => {
          each(reader, STRUCT, () => {
            route ??= readResource(reader);
          });
        });
      });
    });
  });
  return route;
}

function readResource(reader: WireReader): RouteRef | null {
  const found: Record<string, string> = {};
  each(reader, FIELDS, () => {
    entry(reader, (key) => {
      if (key !== 'kind' && key !== 'namespace' && key !== 'name') return;
      each(reader, STRING, () => {
        found[key] = reader.bytes.toString('utf8', reader.start, reader.end);
      });
    });
  });
  const { kind, namespace, name } = found;
  return kind === undefined || namespace === undefined || name === undefined
    ? null
    : { kind, namespace, name };
}
