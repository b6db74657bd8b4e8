import { list, type Mapping, mapping, text, texts } from './mapping.ts';

/** Whether a condition holds for every request of a method; null where that depends on more than the method. */
export type Holds = boolean | null;

/** Conditions of Express Gateway (lib/conditions/predefined.js) that hang on the method or on nothing. */
const CONDITIONS: Readonly<Record<string, (condition: Mapping, method: string | null) => Holds>> = {
  always: () => true,
  never: () => false,
  method: ({ methods }, method) => method !== null && texts(methods).includes(method),
  not: ({ condition }, method) => not(holdsFor(condition, method)),
  allOf: ({ conditions }, method) => every(list(conditions).map((one) => holdsFor(one, method))),
  oneOf: ({ conditions }, method) =>
    not(every(list(conditions).map((one) => not(holdsFor(one, method))))),
};

/** Whether the condition of a step holds for a method; null stands for all methods that nothing in the file names. */
export function holdsFor(condition: unknown, method: string | null): Holds {
  if (condition === undefined || condition === null) return true;
  const name = text(mapping(condition)['name']) ?? '';
  const holds = Object.hasOwn(CONDITIONS, name) ? CONDITIONS[name] : undefined;
  return holds === undefined ? null : holds(mapping(condition), method);
}

/** The methods that a condition names. */
export function methodsNamed(condition: unknown): readonly string[] {
  const { methods, condition: inner, conditions } = mapping(condition);
  const within = [...list(inner), ...list(conditions)].flatMap(methodsNamed);
  return [...texts(methods), ...within];
}

function not(holds: Holds): Holds {
  return holds === null ? null : !holds;
}

function every(all: readonly Holds[]): Holds {
  if (all.includes(false)) return false;
  return all.includes(null) ? null : true;
}
