import type { Manifest, NotTested } from '../domain/bundle.ts';

/** What the manifest asks for and this version does not look at, each with the reason as a fact. */
export function notTestedOf(manifest: Manifest): readonly NotTested[] {
  return [...backgroundProcesses(manifest), ...queriesOfNobody(manifest)];
}

function* backgroundProcesses({ apps, steadyMs }: Manifest): Generator<NotTested> {
  if (apps === 'none' || steadyMs > 0) return;
  for (const [version, app] of [['previous', apps.previous] as const, ['next', apps.next] as const]) {
    for (const worker of app.workers) {
      const because =
        'It is started beside its version on each state, and for longer where `steady` asks for a duration, which it does not here.';
      yield { what: `what worker ${worker.name} of ${version} does to the traffic in the long run`, because };
    }
  }
}

function* queriesOfNobody({ apps, queries }: Manifest): Generator<NotTested> {
  if (apps !== 'none' || queries === undefined) return;
  yield {
    what: `the queries of ${queries.join(', ')}`,
    because: 'they are prepared where previous has to live, and `apps` is none',
  };
}
