/**
 * Units of time in settings. Source: PostgreSQL manual, "Parameter Names and Values". Without a unit these settings
 * are in ms.
 */
const unitMs: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  '': 1,
};

/** ms; undefined where the server would refuse the value. */
export function parseTimeout(value: string): number | undefined {
  const found = /^\s*(\d+(?:\.\d*)?|\.\d+)\s*([a-z]*)\s*$/.exec(value);
  const unit = found === null ? undefined : unitMs[found[2] ?? ''];
  return found === null || unit === undefined ? undefined : roundHalfEven(Number(found[1]) * unit);
}

/** As C's rint, which the server rounds with: 2.5 becomes 2. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return value % 1 === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
