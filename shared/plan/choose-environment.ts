import type { Bundle } from '../domain/bundle.ts';
import { invalidBundle } from './invalid-bundle.ts';
import { nearest } from './manifest/nearest.ts';

/**
 * The bundle as this environment meets it: the same files and the same digest, another start. Without a name it is the
 * manifest's own.
 */
export function chooseEnvironment(bundle: Bundle, wanted?: string): Bundle {
  const { manifest } = bundle;
  const { environment: own, environments = {} } = manifest;
  const environment = wanted ?? own;
  const chosen = Object.hasOwn(environments, environment) ? environments[environment] : undefined;
  if (chosen !== undefined) return { ...bundle, manifest: { ...manifest, environment, snapshot: chosen.snapshot } };
  if (environment === own) return bundle;
  const known = [...new Set([own, ...Object.keys(environments)])];
  const close = nearest(environment, known);
  throw invalidBundle([
    {
      file: 'rehearsal.yaml',
      key: 'environments',
      message: `\`${environment}\` is no environment of this bundle; it knows ${known.join(', ')}.`,
      ...(close === undefined ? {} : { nearest: close }),
    },
  ]);
}
