import { createWriteStream, openAsBlob } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { S3mini } from 's3mini';
import type { Artifacts } from '../../ports/artifacts.ts';
import { unreachableArtifacts } from './unreachable-artifacts.ts';

export interface BucketAccess {
  /** `https://host[:port]`; the bucket is the first part of the path. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** One request: a part of at most 8 MiB there, a whole archive back. */
const requestMs = 120_000;

/** Objects of one bucket in S3-compatible storage; large ones go up in parts, in constant memory. */
export function artifactsInBucket(bucket: string, prefix: string, access: BucketAccess, place: string): Artifacts {
  const { endpoint, region, accessKeyId, secretAccessKey } = access;
  const s3 = new S3mini({
    ...{ region, accessKeyId, secretAccessKey, requestAbortTimeout: requestMs },
    endpoint: `${endpoint.replace(/\/$/, '')}/${bucket}`,
  });
  const keyOf = (name: string): string => (prefix === '' ? name : `${prefix}/${name}`);
  const told = <T>(work: Promise<T>): Promise<T> =>
    work.catch((cause: unknown) => {
      const rights = `the key ${accessKeyId} may put, get and delete objects in ${bucket}`;
      const remedy = `See that ${endpoint} answers and that ${rights}.`;
      throw unreachableArtifacts(place, rootOf(cause), remedy);
    });
  return {
    place,
    put: (name, path) => told(openAsBlob(path).then(async (blob) => void (await s3.putAnyObject(keyOf(name), blob)))),
    fetch: (name, path) => told(fetchTo(s3, keyOf(name), path)),
    remove: (name) => told(s3.deleteObject(keyOf(name)).then(() => undefined)),
  };
}

async function fetchTo(s3: S3mini, key: string, path: string): Promise<boolean> {
  const response = await s3.getObjectResponse(key);
  if (response === null || response.body === null) {
    // A bucket that is not there, or not for us, is answered the same way as an object that is not.
    if (!(await s3.bucketExists())) throw new Error('the bucket is not there, or may not be looked at');
    return false;
  }
  await pipeline(Readable.fromWeb(response.body), createWriteStream(path));
  return true;
}

/** "fetch failed" names nothing; its cause does. */
function rootOf(error: unknown): unknown {
  return error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
}
