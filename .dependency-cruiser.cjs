/**
 * Which room may import which, each with its reason. `npm test` runs it and shows every rule firing on a planted
 * violation.
 */
const core = '^shared/(domain|plan|judge|report)/';
const rooms = '^workers/(scenarios|migration|tap|probes|load|apps)/';

module.exports = {
  forbidden: [
    {
      name: 'domain-imports-nothing',
      severity: 'error',
      comment: 'The domain is nouns: it must be readable, and usable, without anything else.',
      from: { path: '^shared/domain/' },
      to: { pathNot: '^shared/domain/' },
    },
    {
      name: 'core-without-edge',
      severity: 'error',
      comment: 'Planning, judging and reporting are pure: evidence stored years ago must be judged without a machine.',
      from: { path: core },
      to: { path: '^(shared/edge|workers|services|infra)/' },
    },
    {
      name: 'core-without-io',
      severity: 'error',
      comment: 'No I/O in the core: the same evidence gives the same report, always.',
      from: { path: core },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'judge-does-not-plan-runs',
      severity: 'error',
      comment: 'What was planned is in the evidence; a judge that plans would judge its own wishes.',
      from: { path: '^shared/judge/' },
      to: { path: '^shared/(plan/plan-|report/)' },
    },
    {
      name: 'checks-see-readings-only',
      severity: 'error',
      comment:
        'A check is a pure function of declared evidence; it reaches nothing but the domain, readings and its frame.',
      from: { path: '^shared/judge/checks/' },
      to: {
        path: '^shared/(plan|report|edge)/',
        pathNot: '^shared/plan/(state-fingerprint|gating|known-locks|units)\\.ts$',
      },
    },
    {
      name: 'rooms-know-no-judge',
      severity: 'error',
      comment: 'Gathering and judging are apart: who looks must not know what would be good to see.',
      from: { path: rooms },
      to: { path: '^shared/(judge|report)/' },
    },
    {
      name: 'rooms-know-no-adapter',
      severity: 'error',
      comment:
        'Scenarios, tap, probes, load and applications speak to ports, so that both clone hosts serve them alike.',
      from: { path: rooms },
      to: { path: '^(shared/edge/adapters|workers/hosts|workers/snapshots)/' },
    },
    {
      name: 'lower-rooms-know-no-scenario',
      severity: 'error',
      comment: 'Imports go downward: a scenario uses the tap, never the other way round.',
      from: { path: '^workers/(migration|tap|probes|load|apps)/' },
      to: { path: '^workers/(scenarios|cli|jobs|hosts)/' },
    },
    {
      name: 'tap-knows-only-the-wire',
      severity: 'error',
      comment: 'The tap is a proxy: it must stay small enough to be proved transparent.',
      from: { path: '^workers/tap/' },
      to: { path: '^workers/', pathNot: '^workers/tap/' },
    },
    {
      name: 'services-know-no-worker',
      severity: 'error',
      comment: 'The API runs where no clone runs; it must not pull in what performs runs.',
      from: { path: '^services/' },
      to: { path: '^workers/' },
    },
    {
      name: 'dockerode-in-one-place',
      severity: 'error',
      comment: 'One clone host is Docker; everything else must work without an engine.',
      from: { pathNot: '^(workers/hosts/docker/|test/)' },
      to: { path: 'node_modules/dockerode' },
    },
    {
      name: 'pg-at-the-edge',
      severity: 'error',
      comment:
        'Sessions come from the Sql port; only programs of their own (traffic threads, the SQL runner) speak pg directly.',
      from: {
        pathNot:
          '^(shared/edge/adapters/|workers/load/|workers/sql-runner/|workers/snapshots/|workers/hosts/|services/|test/)',
      },
      to: { path: 'node_modules/pg/' },
    },
    {
      name: 'queue-at-the-edge',
      severity: 'error',
      comment: 'The queue only carries work; who performs or judges must not know it.',
      from: { pathNot: '^(shared/edge/adapters/|test/)' },
      to: { path: 'node_modules/(bullmq|ioredis)/' },
    },
    {
      name: 'sql-runner-stands-alone',
      severity: 'error',
      comment: 'The runner is copied to where the bundle runs: what it imports must be copied with it.',
      from: { path: '^workers/sql-runner/' },
      to: {
        path: '^(shared|services|workers/(?!sql-runner/))',
        pathNot: '^shared/plan/(ledger-version|scan-sql|sql-tokens)\\.ts$',
      },
    },
    {
      name: 'nothing-imports-tests',
      severity: 'error',
      comment: 'What is shipped must not need what is not.',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      comment: 'Two files that need each other are one file, or one of them holds a third.',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(test/(incidents|boring|tools|support/planted)/.*\\.(js|mjs|cjs)$|dist/)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
