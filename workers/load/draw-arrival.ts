import type { AppName } from '../../shared/domain/bundle.ts';
import { type Random, randomInteger, seededRandom } from './seeded-random.ts';
import type { TemplatePart, TrafficPlan, TrafficTemplate } from './traffic-plan.ts';

/** One transaction that is to begin at a certain time, whatever became of those before it. */
export interface Arrival {
  readonly n: number;
  /** After the start of the traffic. */
  readonly atMs: number;
  /** Index into the plan's templates. */
  readonly template: number;
  /** For a declared statement: its text. */
  readonly text: string;
  /** For a generated one: its parameters. */
  readonly parameters: readonly (string | null)[];
}

/**
 * The n-th arrival (from 0), the same for the same plan and versions. There is exactly one in each slot of 1/rate, at a
 * random place in it: the number of arrivals is known beforehand, and yet they do not march in step with anything.
 * `$seq` becomes `seq`.
 */
export function drawArrival(plan: TrafficPlan, n: number, versions: readonly AppName[], seq: number): Arrival | null {
  const random = seededRandom(plan.seed, n);
  const atMs = ((n + random()) * 1000) / plan.ratePerSecond;
  const index = pickTemplate(plan.templates, versions, random());
  const template = index === null ? undefined : plan.templates[index];
  if (index === null || template === undefined) return null;
  const bare = { n, atMs, template: index, text: '', parameters: [] };
  if (template.kind === 'declared') return { ...bare, text: fillIn(template.parts, seq, random) };
  const parameters = template.keys[randomInteger(random, 0, template.keys.length - 1)] ?? [];
  return { ...bare, parameters };
}

/** Declared and generated statements share the rate evenly where both apply; within each, weights decide. */
function pickTemplate(templates: readonly TrafficTemplate[], versions: readonly AppName[], at: number): number | null {
  const applies = templates.map((template) => template.for === 'both' || versions.includes(template.for));
  const total = { declared: 0, generated: 0 };
  templates.forEach((template, index) => {
    if (applies[index]) total[template.kind] += template.weight;
  });
  const groups = Number(total.declared > 0) + Number(total.generated > 0);
  let left = at * groups;
  let last: number | null = null;
  for (const [index, template] of templates.entries()) {
    if (!applies[index] || template.weight <= 0) continue;
    left -= template.weight / total[template.kind];
    last = index;
    if (left < 0) return index;
  }
  return last;
}

/** Whether it takes a number of the sequence away. */
export const takesSeq = (template: TrafficTemplate | undefined): boolean =>
  template?.kind === 'declared' && template.parts.some(({ part }) => part === 'seq');

function fillIn(parts: readonly TemplatePart[], seq: number, random: Random): string {
  return parts.map((part) => filledIn(part, seq, random)).join('');
}

function filledIn(part: TemplatePart, seq: number, random: Random): string {
  switch (part.part) {
    case 'text':
      return part.text;
    case 'random':
      return String(randomInteger(random, part.from, part.to));
    case 'seq':
      return String(seq);
    case 'pick': {
      const value = part.values[randomInteger(random, 0, part.values.length - 1)];
      if (value === undefined) return part.inString ? '' : 'NULL';
      const escaped = value.replaceAll("'", "''");
      return part.inString ? escaped : quoteLiteral(value, escaped);
    }
  }
}

/** A backslash needs the E form, or a server with standard_conforming_strings off would read it as an escape. */
function quoteLiteral(value: string, escaped: string): string {
  return value.includes('\\') ? `E'${escaped.replaceAll('\\', '\\\\')}'` : `'${escaped}'`;
}
