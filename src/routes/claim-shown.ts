import { DOUBTS } from './doubts.ts';
import type { PathClaim, RouteClaim } from './route-object.ts';

const SHOWN: Readonly<Record<PathClaim['type'], string>> = {
  exact: 'the path',
  prefix: 'the prefix',
  'text-prefix': 'the prefix',
  unknown: 'paths',
};

/** What a claim covers, and why other objects count beside it or do not. For people. */
export function claimShown({ host, path, conditions, doubt }: RouteClaim): string {
  const covered = path.type === 'unknown' ? '' : ` ${path.path}`;
  const why = [
    ...(conditions === 0 ? [] : ['its conditions are not evaluated']),
    ...(doubt === null ? [] : [DOUBTS[doubt].says]),
  ];
  return `${SHOWN[path.type]}${covered} of ${host}: ${why.join('; ') || 'it is served'}`;
}
