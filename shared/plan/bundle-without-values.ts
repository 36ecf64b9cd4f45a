import type { App, Bundle, Manifest, Phase, PhaseRun, Probe, ProbeStep, SourceStatement } from '../domain/bundle.ts';
import { normalizeSql } from './normalize-sql.ts';

const gone = '…';

/**
 * The bundle as evidence holds it: evidence is handed around, so no value of an environment, of a request, of a
 * statement or of a row is in it. What a judge needs is; `invariants` are the team's own claims and stay.
 */
export function bundleWithoutValues(bundle: Bundle): Bundle {
  return { ...bundle, manifest: withoutValues(bundle.manifest), statements: bundle.statements.map(shapeOf) };
}

function withoutValues(manifest: Manifest): Manifest {
  const { apps, load, rollback } = manifest;
  return {
    ...manifest,
    phases: manifest.phases.map(phase),
    ...(rollback === undefined ? {} : { rollback: phase(rollback) }),
    apps: apps === 'none' ? apps : { previous: app(apps.previous), next: app(apps.next) },
    probes: manifest.probes.map(probe),
    load: { ...load, statements: load.statements.map((one) => ({ ...one, sql: normalizeSql(one.sql) })) },
  };
}

/** The place of a statement is told to its last line; its text without constants. */
function shapeOf({ file, line, sql }: SourceStatement): SourceStatement {
  return { file, line, endLine: line + sql.split('\n').length - 1, sql: normalizeSql(sql) };
}

/** What the manifest gives to programs and to requests: environments, headers and bodies. */
export function valuesOf({ phases, rollback, apps, probes }: Manifest): readonly string[] {
  const versions = apps === 'none' ? [] : [apps.previous, apps.next];
  const environments = [
    ...[...phases, ...(rollback === undefined ? [] : [rollback])].map(({ env }) => env),
    ...versions.flatMap(({ env, workers }) => [env, ...workers.map((worker) => worker.env)]),
  ];
  const requests = probes.flatMap(({ ask }) => (ask.kind === 'http' ? ask.steps.map(({ request }) => request) : []));
  return [
    ...environments.flatMap((env) => Object.values(env)),
    ...requests.flatMap(({ headers, json, body }) => [
      ...Object.values(headers),
      ...scalarsOf(json),
      ...(body === undefined ? [] : [body]),
    ]),
  ];
}

function scalarsOf(value: unknown): readonly string[] {
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(scalarsOf);
  return value === undefined || value === null ? [] : [String(value)];
}

const phase = (one: Phase): Phase => ({ ...one, env: names(one.env), run: phaseRun(one.run) });

const phaseRun = (run: PhaseRun): PhaseRun =>
  run.kind === 'command' ? { ...run, command: run.command.map(argument) } : run;

const app = (one: App): App => ({
  ...one,
  env: names(one.env),
  ...(one.command === undefined ? {} : { command: one.command.map(argument) }),
  workers: one.workers.map((worker) => ({
    ...worker,
    env: names(worker.env),
    command: worker.command.map(argument),
  })),
});

function probe(one: Probe): Probe {
  const { ask } = one;
  if (ask.kind === 'command') return { ...one, ask: { ...ask, command: ask.command.map(argument) } };
  return { ...one, ask: { ...ask, steps: ask.steps.map(step) } };
}

function step({ request, expect, save }: ProbeStep): ProbeStep {
  const { method, path, headers, json, body } = request;
  return {
    request: {
      method,
      path: path.replace(/\?.*$/s, `?${gone}`),
      headers: names(headers),
      ...(json === undefined ? {} : { json: gone }),
      ...(body === undefined ? {} : { body: gone }),
    },
    expect: {
      ...(expect.status === undefined ? {} : { status: expect.status }),
      ...(expect.json === undefined ? {} : { json: gone }),
      ...(expect.text === undefined ? {} : { text: gone }),
    },
    save,
  };
}

const names = (values: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.keys(values).map((name) => [name, gone]));

/** What is given to a program as `--name=value`, `NAME=value` or inside of an address may be a secret. */
const argument = (raw: string): string =>
  raw.replace(/^(-{0,2}[\w.-]+=).+$/s, `$1${gone}`).replace(/(:\/\/[^/@\s:]*:)[^@\s]*@/g, `$1${gone}@`);
