import type { Manifest } from '../shared/domain/bundle.ts';
import type { VersionImage } from '../shared/domain/image.ts';
import type { Plan } from '../shared/domain/plan.ts';
import { RehearsalError } from '../shared/domain/problem.ts';
import type { CloneHost } from '../shared/edge/ports/clone-host.ts';

/** Which images the versions run in, where the host has images; one that cannot be had is told by the runs that need it. */
export async function imagesOfVersions(
  { apps }: Pick<Manifest, 'apps'>,
  { imageOf }: Pick<CloneHost, 'imageOf'>,
  signal?: AbortSignal,
): Promise<Pick<Plan, 'images'>> {
  if (apps === 'none' || imageOf === undefined) return {};
  const images: VersionImage[] = [];
  for (const app of ['previous', 'next'] as const) {
    const name = apps[app].image;
    if (name === undefined) continue;
    try {
      images.push({ app, name, ...(await imageOf(name)) });
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof RehearsalError)) throw error;
    }
  }
  return images.length === 0 ? {} : { images };
}

/** Throws RehearsalError `other-image` where a name stands for another image here than where it was planned, or for none. */
export function requireSameImages(planned: Plan['images'], here: Plan['images']): void {
  for (const { name, id } of planned ?? []) {
    const own = here?.find((image) => image.name === name);
    if (own?.id === id) continue;
    const mine = own === undefined ? `no image ${name} is on this worker` : `${name} is ${own.id} on this worker`;
    const detail = `${mine}, and it was ${id} where the rehearsal was planned`;
    const remedy = `let every worker have the same: docker pull ${name}, or name it by its digest`;
    throw new RehearsalError('machine', 'other-image', detail, remedy);
  }
}
