import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest of what may run side by side; a stage that begins with it does not end waiting for it. */
const longest = [
  'lab/scenarios/renamed-twin.test.ts',
  'lab/cli/stop.test.ts',
  'lab/scenarios/rollback.test.ts',
  'lab/service/recovery.test.ts',
  'lab/hosts/process-host.test.ts',
  'lab/service/whole-service.test.ts',
  'lab/scenarios/repair.test.ts',
  'lab/hosts/docker-host.test.ts',
  'contract/whole-rehearsal.test.ts',
];

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files);
    return usual.toSorted((left, right) => rank(left) - rank(right));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const place = longest.findIndex((name) => moduleId.endsWith(`/test/${name}`));
  return place === -1 ? longest.length : place;
}
