import type { FastifyError } from 'fastify';
import type { ProblemPlace } from '../../shared/domain/problem.ts';

type Found = NonNullable<FastifyError['validation']>[number];

/** What a schema says is wrong, a place once: a choice of words is told as its words, and not as each that does not fit. */
export function placesOf(where: string, validation: readonly Found[]): readonly ProblemPlace[] {
  const byPlace = Map.groupBy(validation, ({ instancePath }) => instancePath);
  return [...byPlace].flatMap(([place, all]) => {
    const key = `${where}${place.replaceAll('/', '.')}`;
    const words = all.flatMap(({ keyword, params }) => (keyword === 'const' ? [`${params.allowedValue}`] : []));
    const isChoice = words.length > 0 && all.every(({ keyword }) => keyword === 'const' || keyword === 'anyOf');
    if (isChoice) return [{ key, message: `must be one of ${words.join(', ')}` }];
    return all.map(({ message = 'is not valid' }) => ({ key, message }));
  });
}
