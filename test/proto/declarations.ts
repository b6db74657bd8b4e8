import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import protobuf from 'protobufjs';

/**
 * What the messages, enums and services of some files declare: by full name of the declaration, the fields, values or
 * methods by name, each as one line such as `13 envoy.config.core.v3.HeaderMap` or `3 uint32 in oneof port_specifier`.
 */
export type Declarations = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Reads a .proto file and what it imports from the first of the folders that has it. Throws where one is missing. */
export function readProtos(file: string, folders: readonly string[]): Declarations {
  const root = new protobuf.Root();
  root.resolvePath = (_importer, target) => {
    // google/protobuf/*: protobufjs has them built in.
    if (target in protobuf.common) return target;
    return find(target, folders);
  };
  root.loadSync(file, { keepCase: true });
  root.resolveAll();
  return declarationsOf(root);
}

/** Where google/protobuf/descriptor.proto is. */
const PROTOBUFJS = dirname(createRequire(import.meta.url).resolve('protobufjs/package.json'));

function find(target: string, folders: readonly string[]): string {
  const found = [...folders, PROTOBUFJS]
    .map((folder) => join(folder, target))
    .find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${target} is in none of ${folders.join(', ')}`);
  return found;
}

/** The declarations under a resolved root, those of `google.protobuf` left out. */
export function declarationsOf(root: protobuf.Root): Declarations {
  const all = new Map<string, ReadonlyMap<string, string>>();
  const visit = (node: protobuf.ReflectionObject): void => {
    const name = node.fullName.slice(1);
    if (name === 'google.protobuf') return;
    if (node instanceof protobuf.Type) all.set(name, members(node.fieldsArray, describeField));
    else if (node instanceof protobuf.Enum) all.set(name, enumValues(node));
    else if (node instanceof protobuf.Service) {
      all.set(name, members(node.methodsArray, describeMethod));
    }
    if (node instanceof protobuf.Namespace) node.nestedArray.forEach(visit);
  };
  visit(root);
  return all;
}

function members<T extends { readonly name: string }>(
  nodes: readonly T[],
  describe: (node: T) => string,
): ReadonlyMap<string, string> {
  return new Map(nodes.map((node) => [node.name, describe(node)]));
}

function enumValues({ values }: protobuf.Enum): ReadonlyMap<string, string> {
  return new Map(Object.entries(values).map(([name, number]) => [name, String(number)]));
}

function describeField(field: protobuf.Field): string {
  const oneof = field.partOf === null ? '' : ` in oneof ${field.partOf.name}`;
  return `${field.id} ${mapType(field) ?? listOrOne(field)}${oneof}`;
}

function listOrOne(field: protobuf.Field): string {
  return `${field.repeated ? 'repeated ' : ''}${typeName(field.resolvedType, field.type)}`;
}

/** The type of a map; a descriptor has a message of key and value for it, repeated. */
function mapType(field: protobuf.Field): string | null {
  if (field instanceof protobuf.MapField) {
    return `map<${field.keyType}, ${typeName(field.resolvedType, field.type)}>`;
  }
  const entry = field.resolvedType;
  if (!(entry instanceof protobuf.Type) || entry.getOption('map_entry') !== true) return null;
  const [key, value] = [entry.fields['key'], entry.fields['value']];
  return key && value ? `map<${listOrOne(key)}, ${listOrOne(value)}>` : null;
}

function describeMethod(method: protobuf.Method): string {
  const request = typeName(method.resolvedRequestType, method.requestType);
  const response = typeName(method.resolvedResponseType, method.responseType);
  const stream = (streams: boolean | undefined): string => (streams ? 'stream ' : '');
  return `(${stream(method.requestStream)}${request}) returns (${stream(method.responseStream)}${response})`;
}

function typeName(resolved: protobuf.ReflectionObject | null, written: string): string {
  return resolved === null ? written : resolved.fullName.slice(1);
}
