import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Artifacts } from '../../ports/artifacts.ts';
import { artifactsInBucket } from './in-bucket.ts';
import { artifactsInDirectory } from './in-directory.ts';

/** `refuse` hears of each variable that is wrong, and how it must be. */
export type Refuse = (key: string, message: string) => void;

/**
 * Where REHEARSAL_ARTIFACTS says that archives are kept: `file:///directory`, or `s3://bucket[/prefix]` with what the
 * tools of AWS read (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL_S3); absent: in the store.
 * API and workers must be told the same.
 */
export function artifactsOfEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  refuse: Refuse,
): Artifacts | undefined {
  const said = env.REHEARSAL_ARTIFACTS;
  if (said === undefined || said === '') return undefined;
  const url = URL.parse(said);
  if (url?.protocol === 'file:' && url.host === '' && isAbsolute(url.pathname) && url.pathname !== '/') {
    return artifactsInDirectory(fileURLToPath(url), url.href);
  }
  const bucket = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([\w!.*'()/-]*?))?\/?$/.exec(said);
  if (bucket === null) {
    refuse('REHEARSAL_ARTIFACTS', 'must be s3://bucket/prefix, file:///directory or absent');
    return undefined;
  }
  return bucketOf(bucket[1] ?? '', bucket[2] ?? '', env, refuse);
}

function bucketOf(
  bucket: string,
  prefix: string,
  env: Readonly<Record<string, string | undefined>>,
  refuse: Refuse,
): Artifacts | undefined {
  const needed = (key: string): string => {
    const value = env[key] ?? '';
    if (value === '') refuse(key, `must be set, for REHEARSAL_ARTIFACTS names a bucket`);
    return value;
  };
  const accessKeyId = needed('AWS_ACCESS_KEY_ID');
  const secretAccessKey = needed('AWS_SECRET_ACCESS_KEY');
  const region = env.AWS_REGION ?? 'us-east-1';
  const endpoint = env.AWS_ENDPOINT_URL_S3 ?? `https://s3.${region}.amazonaws.com`;
  const isUsable = /^https?:$/.test(URL.parse(endpoint)?.protocol ?? '');
  if (!isUsable) refuse('AWS_ENDPOINT_URL_S3', 'must be https://host or absent');
  if (accessKeyId === '' || secretAccessKey === '' || !isUsable) return undefined;
  const place = `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
  return artifactsInBucket(bucket, prefix, { endpoint, region, accessKeyId, secretAccessKey }, place);
}
