import type { Manifest, NotTested } from '../domain/bundle.ts';

/** What the manifest asks for and this version does not look at, each with the reason as a fact. */
export function notTestedOf(manifest: Manifest): readonly NotTested[] {
  return [...applications(manifest), ...traffic(manifest)];
}

function* applications({ apps }: Manifest): Generator<NotTested> {
  if (apps === 'none') return;
  for (const [version, app] of [['previous', apps.previous] as const, ['next', apps.next] as const]) {
    for (const worker of app.workers) {
      const because = 'Background processes of an application are not started in this version.';
      yield { what: `worker ${worker.name} of ${version}`, because };
    }
  }
}

function* traffic({ steadyMs }: Manifest): Generator<NotTested> {
  if (steadyMs > 0) {
    yield { what: 'steady', because: 'No traffic is measured after the last phase in this version.' };
  }
}
