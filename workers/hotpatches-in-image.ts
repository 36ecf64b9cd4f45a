import { isAbsolute } from 'node:path';
import type { App, Bundle } from '../shared/domain/bundle.ts';
import type { HotpatchFound, HotpatchLook } from '../shared/domain/hotpatch.ts';
import { type Observed, observed, unobserved } from '../shared/domain/observed.ts';
import type { Plan } from '../shared/domain/plan.ts';
import type { CloneHost } from '../shared/edge/ports/clone-host.ts';

/** The declared hot patches, those inside the image of next looked for on a host that has images. */
export async function lookIntoImages(
  { hotpatches, manifest }: Pick<Bundle, 'hotpatches' | 'manifest'>,
  host: Pick<CloneHost, 'kind' | 'findInImage'>,
  signal?: AbortSignal,
): Promise<Pick<Plan, 'hotpatches'>> {
  if (hotpatches === undefined) return {};
  const { apps } = manifest;
  const looks: HotpatchLook[] = [];
  for (const look of hotpatches) {
    if (apps === 'none' || !isAbsolute(look.path)) looks.push(look);
    else looks.push(await lookInside(look.path, apps.next, host, signal));
  }
  return { hotpatches: looks };
}

async function lookInside(
  path: string,
  { image }: Pick<App, 'image'>,
  host: Pick<CloneHost, 'kind' | 'findInImage'>,
  signal: AbortSignal | undefined,
): Promise<HotpatchLook> {
  const place = image === undefined ? path : `${image}:${path}`;
  return { path, place, found: await found(path, image, host, signal) };
}

/** What could not be looked at is told as that: it proves nothing, and it ends no rehearsal. */
async function found(
  path: string,
  image: string | undefined,
  host: Pick<CloneHost, 'kind' | 'findInImage'>,
  signal: AbortSignal | undefined,
): Promise<Observed<HotpatchFound>> {
  if (image === undefined) return unobserved('an absolute path is one in the image of next, and next names no image');
  if (host.findInImage === undefined) return unobserved(`it is in an image, and the ${host.kind} host has none`);
  try {
    return observed(await host.findInImage(image, path));
  } catch (error) {
    signal?.throwIfAborted();
    return unobserved(
      `the image ${image} could not be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
