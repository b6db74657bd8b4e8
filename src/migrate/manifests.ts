import { parseAllDocuments } from 'yaml';
import { type Problem, ProblemsError } from '../base/problem.ts';
import { isMapping, list, type Mapping, mapping, text } from './mapping.ts';

/** A Kubernetes object as somebody wrote it. */
export interface Manifest {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: Mapping;
  /** The whole object. */
  readonly object: Mapping;
}

/** The YAML documents of a file. Throws `ProblemsError` where it does not parse. */
export function readDocuments(file: string, content: string): readonly Mapping[] {
  // Merge keys (`<<`) are read as kubectl and js-yaml read them: left alone, a policy that comes by one would be lost.
  const documents = parseAllDocuments(content, { prettyErrors: true, merge: true });
  if (!Array.isArray(documents)) return [];
  const problems: Problem[] = documents.flatMap(({ errors }) =>
    errors.map((error) => ({ path: file, message: error.message.split('\n', 1)[0] ?? 'no YAML' })),
  );
  if (problems.length > 0) throw new ProblemsError(problems);
  return documents.map((one) => one.toJS({ maxAliasCount: 100 }) as unknown).filter(isMapping);
}

/** The Kubernetes objects among documents; a `List` is what `kubectl get -o yaml` gives. */
export function manifestsOf(documents: readonly Mapping[]): readonly Manifest[] {
  return documents.flatMap((object) => {
    if (text(object['kind'])?.endsWith('List'))
      return manifestsOf(list(object['items']).filter(isMapping));
    const metadata = mapping(object['metadata']);
    const annotations = Object.entries(mapping(metadata['annotations'])).map(
      ([name, value]) => [name, String(value)] as const,
    );
    return [
      {
        kind: text(object['kind']) ?? '',
        namespace: text(metadata['namespace']),
        name: text(metadata['name']) ?? '',
        annotations: Object.fromEntries(annotations),
        spec: mapping(object['spec']),
        object,
      },
    ];
  });
}

/** `Ingress orders/web`, as notes call it. */
export function nameOf({ kind, namespace, name }: Manifest): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

const SERVER_FIELDS = [
  'creationTimestamp',
  'resourceVersion',
  'uid',
  'generation',
  'managedFields',
];
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/**
 * The object without what the API server wrote, as `kubectl apply` takes it: an old `resourceVersion` would be refused. With
 * `annotations` in the place of its own.
 */
export function applicable({ object, annotations: own }: Manifest, annotations = own): Mapping {
  const { status: _, ...rest } = object;
  const metadata = Object.entries(mapping(object['metadata'])).filter(
    ([name]) => !SERVER_FIELDS.includes(name),
  );
  const kept = Object.entries(annotations).filter(([name]) => name !== LAST_APPLIED);
  const { annotations: __, ...others } = Object.fromEntries(metadata);
  const written = kept.length > 0 ? { annotations: Object.fromEntries(kept) } : {};
  return { ...rest, metadata: { ...others, ...written } };
}
