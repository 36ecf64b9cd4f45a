import type { FastifyError, FastifyRequest } from 'fastify';
import type { ProblemPlace } from '../../shared/domain/problem.ts';
import { nearest } from '../../shared/plan/manifest/nearest.ts';

type Found = NonNullable<FastifyError['validation']>[number];

/** Names that a route's schema has at the top of its querystring, body, params or headers. */
export function knownNames({ routeOptions }: FastifyRequest, where: string): readonly string[] {
  const schemas = routeOptions.schema as Readonly<Record<string, { readonly properties?: object }>> | undefined;
  return Object.keys(schemas?.[where]?.properties ?? {});
}

/**
 * What a schema says is wrong, a place once: a choice of words is told as its words, and not as each that does not fit.
 * `known` are the names that would be right at the top.
 */
export function placesOf(
  where: string,
  validation: readonly Found[],
  known: readonly string[],
): readonly ProblemPlace[] {
  const byPlace = Map.groupBy(validation, ({ instancePath }) => instancePath);
  return [...byPlace].flatMap(([place, all]) => {
    const key = `${where}${place.replaceAll('/', '.')}`;
    const words = all.flatMap(({ keyword, params }) => (keyword === 'const' ? [`${params.allowedValue}`] : []));
    const isChoice = words.length > 0 && all.every(({ keyword }) => keyword === 'const' || keyword === 'anyOf');
    if (isChoice) return [{ key, message: `must be one of ${words.join(', ')}` }];
    return all.map(({ keyword, params, message = 'is not valid' }) =>
      keyword === 'additionalProperties' && place === ''
        ? unknownName(key, `${params.additionalProperty}`, known)
        : { key, message },
    );
  });
}

function unknownName(where: string, name: string, known: readonly string[]): ProblemPlace {
  const close = nearest(name, known);
  return {
    key: `${where}.${name}`,
    message: `is not known; known are ${known.join(', ')}`,
    ...(close === undefined ? {} : { nearest: close }),
  };
}
