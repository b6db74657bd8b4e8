import { type Mutation, row } from '../mutation.ts';

const inScopes = row.bind(null, 'check/granted-scope.ts');

/** Which scopes of a token stand for those that are asked: `check/granted-scope.ts`. */
export const SCOPES: readonly Mutation[] = [
  inScopes(
    'scopes stand for themselves alone by default',
    "case 'exact': return false;",
    "case 'exact': return [...granted].some((one) => fits(one, scope));",
    'a wildcard is a scope like others by default',
  ),
  inScopes(
    'a scope above ends where a segment does',
    'scope.startsWith(granted) && SEPARATORS.includes(scope[granted.length]',
    'scope.startsWith(granted) && true || SEPARATORS.includes(scope[granted.length]',
    'a scope that only begins alike stands for nothing',
  ),
  inScopes(
    'a wildcard stands for more than a segment only at the end',
    "if (parts.length > pattern.length && pattern[last] !== '*') return false;",
    '',
    'a wildcard stands for no more than a segment in the middle',
  ),
  inScopes(
    'what is no wildcard is compared',
    "part === '*' ? parts[index] !== '' : part === parts[index]",
    "part.includes('*') ? parts[index] !== '' : part === parts[index]",
    'a wildcard within a segment is none',
  ),
  inScopes(
    'separators count',
    'scope.split(/([.:/])/)',
    'scope.split(/[.:/]/)',
    'a wildcard stands for what its separator says',
  ),
];
