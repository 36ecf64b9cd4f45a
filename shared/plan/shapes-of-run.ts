import type { RunId } from '../domain/ids.ts';
import type { RunResult } from '../domain/observation.ts';
import type {
  OfShape,
  PreparedQueries,
  PreparedShapes,
  QueryShape,
  QueryShapes,
  ShapeText,
  WithText,
} from '../domain/query-shape.ts';
import type { RunSpec } from '../domain/run.ts';

/**
 * The queries that a run prepares, in the order in which they were told; undefined: it prepares none. `runs` holds
 * whoever told them. Throws where it does not: to prepare fewer would look like fewer that broke.
 */
export function shapesOfRun(spec: RunSpec, runs: readonly RunResult[]): readonly QueryShape[] | undefined {
  if ('shapes' in spec && spec.shapes !== undefined) return spec.shapes;
  const teller = tellerOf(spec);
  if (teller === undefined) return undefined;
  const result = runs.find(({ spec: { id } }) => id === teller);
  const told = result && toldShapes(result);
  if (told === undefined) throw new Error(`${spec.id} prepares the queries that ${teller} told, and nobody has them`);
  return told.shapes;
}

/** The run without whose result this one cannot be made; undefined: it needs none. */
export const tellerOf = (spec: RunSpec): RunId | undefined =>
  'shapesToldBy' in spec && !('shapes' in spec && spec.shapes !== undefined) ? spec.shapesToldBy : undefined;

/** What a run told of the queries of production; undefined: nobody looked there, or could not. */
export function toldShapes({ cells }: RunResult): QueryShapes | undefined {
  const told = cells.find(({ shapes }) => shapes?.seen === true)?.shapes;
  return told?.seen === true ? told.value : undefined;
}

/** What a run found when it prepared `shapes`, each query with its text. Throws where one has none. */
export function withTexts(
  { tried, failedBefore, broken, dearer }: PreparedShapes,
  shapes: readonly QueryShape[] = [],
): PreparedQueries {
  const texts = <T extends OfShape>(all: readonly T[]) => all.map((one): WithText<T> => ({ ...one, ...textOf(one) }));
  const textOf = (one: OfShape): ShapeText => {
    const { sql, from } = 'shape' in one ? (shapes[one.shape] ?? nobodys(one.shape)) : one;
    return { sql, from };
  };
  return {
    ...{ tried, failedBefore: texts(failedBefore), broken: texts(broken) },
    ...(dearer === undefined ? {} : { dearer: texts(dearer) }),
  };
}

function nobodys(place: number): never {
  throw new Error(`a run prepared query ${place}, and nobody told so many`);
}
