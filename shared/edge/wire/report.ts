import Type, { type Static } from 'typebox';
import { DeployOrderSchema, OverlapSchema } from './deploy-order.ts';
import { CellSchema, CheckOutcomeSchema, FindingSchema, RecoverySchema } from './finding.ts';
import { HintSchema } from './hint.ts';
import { ReportRunSchema } from './report-run.ts';
import { orNull, VerdictSchema } from './words.ts';

const HostSchema = Type.Object({
  kind: Type.Union([Type.Literal('docker'), Type.Literal('process')]),
  postgres: Type.String(),
  memoryLimit: Type.Union([Type.Literal('cgroup'), Type.Literal('watchdog'), Type.Literal('none')]),
  cpus: Type.Number(),
  memoryBytes: Type.Number(),
});

const CompatibilitySchema = Type.Object({
  overlap: OverlapSchema,
  cells: Type.Array(CellSchema),
  order: Type.Optional(DeployOrderSchema),
});

/** `report.json`, `reportVersion: 1`. */
export const ReportSchema = Type.Object(
  {
    reportVersion: Type.Literal(1),
    rehearsalId: Type.String(),
    service: Type.String(),
    version: Type.String(),
    previous: Type.String(),
    environment: Type.String(),
    seed: Type.Number(),
    verdict: VerdictSchema,
    sentence: Type.String(),
    harm: Type.Union([Type.Literal('none'), Type.Literal('refused'), Type.Literal('harmed'), Type.Literal('unknown')]),
    startedAt: Type.String(),
    durationMs: Type.Number(),
    digests: Type.Object({
      bundle: Type.String(),
      snapshot: Type.String(),
      rules: Type.String(),
      previousApp: orNull(Type.String()),
      nextApp: orNull(Type.String()),
    }),
    images: Type.Optional(
      Type.Array(
        Type.Object({
          app: Type.Union([Type.Literal('previous'), Type.Literal('next')]),
          name: Type.String(),
          id: Type.String(),
          digests: Type.Array(Type.String()),
        }),
      ),
    ),
    snapshot: Type.Object({
      name: Type.String(),
      version: Type.String(),
      dataAsOf: orNull(Type.String()),
      bytes: Type.Number(),
      cloneMethod: Type.Union([Type.Literal('reflink'), Type.Literal('copy')]),
    }),
    host: HostSchema,
    runs: Type.Array(ReportRunSchema),
    compatibility: CompatibilitySchema,
    findings: Type.Array(FindingSchema),
    checks: Type.Array(CheckOutcomeSchema),
    recovery: Type.Array(RecoverySchema),
    notTested: Type.Array(Type.Object({ what: Type.String(), because: Type.String() })),
    hints: Type.Optional(Type.Array(HintSchema)),
    hintsUnavailable: Type.Optional(Type.String()),
  },
  { $id: 'Report' },
);
export type WireReport = Static<typeof ReportSchema>;
