import type { Report } from '../domain/report.ts';

/** in-toto statement v1 with a test-result predicate: https://in-toto.io/attestation/test-result/v0.1 */
export interface TestResultStatement {
  readonly _type: 'https://in-toto.io/Statement/v1';
  readonly subject: readonly ResourceDescriptor[];
  readonly predicateType: 'https://in-toto.io/attestation/test-result/v0.1';
  readonly predicate: {
    readonly result: 'PASSED' | 'WARNED' | 'FAILED';
    readonly configuration: readonly ResourceDescriptor[];
    readonly passedTests: readonly string[];
    readonly warnedTests: readonly string[];
    readonly failedTests: readonly string[];
    /** What the predicate has no words for; readers that do not know it leave it out. */
    readonly rehearsal: RehearsalFacts;
  };
}

interface ResourceDescriptor {
  readonly name: string;
  readonly digest: Readonly<Record<string, string>>;
}

export interface RehearsalFacts {
  readonly id: string;
  readonly service: string;
  readonly version: string;
  readonly environment: string;
  readonly verdict: Report['verdict'];
  readonly sentence: string;
  readonly seed: number;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly snapshot: { readonly name: string; readonly version: string; readonly dataAsOf: string | null };
  /** Schema of the database that was rehearsed on; null: nobody read it. */
  readonly schema: string | null;
  readonly waived: readonly { readonly check: string; readonly by: string }[];
}

/** What was tested, with what, and what came of it. `inconclusive` is no pass: no evidence never is. */
export function testResultStatement(
  report: Report,
  { schema, finishedAt }: { readonly schema: string | null; readonly finishedAt: Date },
): TestResultStatement {
  const { service, version, digests, snapshot, findings } = report;
  const waived = findings.flatMap(({ check, waivedBy }) => (waivedBy === undefined ? [] : [{ check, by: waivedBy }]));
  const blocked = new Set(
    findings
      .filter(({ severity, waivedBy }) => severity === 'blocks' && waivedBy === undefined)
      .map(({ check }) => check),
  );
  const warned = new Set(findings.map(({ check }) => check).filter((check) => !blocked.has(check)));
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: `bundle of ${service} ${version}`, digest: digestOf(digests.bundle) }, ...applications(digests)],
    predicateType: 'https://in-toto.io/attestation/test-result/v0.1',
    predicate: {
      result: report.verdict !== 'pass' ? 'FAILED' : warned.size > 0 ? 'WARNED' : 'PASSED',
      configuration: [
        { name: 'rules', digest: digestOf(digests.rules) },
        { name: `snapshot ${snapshot.name}@${snapshot.version}`, digest: digestOf(digests.snapshot) },
      ],
      passedTests: report.checks.filter(({ outcome }) => outcome === 'clear').map(({ id }) => id),
      warnedTests: [...warned],
      failedTests: [...blocked],
      rehearsal: {
        ...{ id: report.rehearsalId, service, version, environment: report.environment },
        ...{ verdict: report.verdict, sentence: report.sentence, seed: report.seed, startedAt: report.startedAt },
        finishedAt: finishedAt.toISOString(),
        snapshot: { name: snapshot.name, version: snapshot.version, dataAsOf: snapshot.dataAsOf },
        ...{ schema, waived },
      },
    },
  };
}

function applications({ previousApp, nextApp }: Report['digests']): readonly ResourceDescriptor[] {
  return [
    ...(previousApp === null ? [] : [{ name: 'previous', digest: digestOf(previousApp) }]),
    ...(nextApp === null ? [] : [{ name: 'next', digest: digestOf(nextApp) }]),
  ];
}

/** `sha256:hex` as in-toto writes it. */
function digestOf(digest: string): Readonly<Record<string, string>> {
  const [algorithm = '', hex = ''] = digest.split(':');
  return { [algorithm]: hex };
}
