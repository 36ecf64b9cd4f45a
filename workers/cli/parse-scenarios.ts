import { InvalidArgumentError } from 'commander';
import { type Scenario, scenarios } from '../../shared/domain/run.ts';

/** `control,contention`; an option that is given again adds to what it said `before`. */
export function parseScenarios(text: string, before: readonly Scenario[] = []): readonly Scenario[] {
  const named = text.split(',').map((name) => {
    const scenario = scenarios.find((candidate) => candidate === name.trim());
    if (scenario === undefined)
      throw new InvalidArgumentError(`${name} is no scenario; there are ${scenarios.join(', ')}`);
    return scenario;
  });
  return [...new Set([...before, ...named])];
}
