import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { FastifyRequest } from 'fastify';
import { refuse } from './problems.ts';
import type { Api } from './type-provider.ts';

const archiveTypes = ['application/x-tar', 'application/gzip', 'application/x-gzip', 'application/zstd'];

/** Archives are handed to the routes as streams, never held in memory. */
export function acceptArchives(app: Api): void {
  app.addContentTypeParser(archiveTypes, (_request, payload, done) => done(null, payload));
}

/** The archive of a request as a file; leaving the scope removes it. */
export async function receiveBundle(
  request: FastifyRequest,
  directory: string,
  bytesMax: number,
): Promise<{ readonly path: string } & AsyncDisposable> {
  if (Number(request.headers['content-length'] ?? 0) > bytesMax + multipartOverheadBytes) throw tooLarge(bytesMax);
  const source = await archiveOf(request, bytesMax).catch((error: unknown) =>
    Promise.reject(formError(error, request)),
  );
  const path = join(directory, `${crypto.randomUUID()}.bundle`);
  const remove = () => rm(path, { force: true });
  try {
    await pipeline(source, limited(bytesMax), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  } catch (error) {
    await remove();
    throw formError(error, request);
  }
  return { path, [Symbol.asyncDispose]: remove };
}

/** Boundaries and part headers. */
const multipartOverheadBytes = 64 * 1024;

/** What the reader of forms cannot make sense of comes without a code; files and connections that fail have one. */
function formError(error: unknown, request: FastifyRequest): unknown {
  const isOfForm = request.isMultipart() && error instanceof Error && !('code' in error);
  return isOfForm
    ? refuse('invalid-request', `The form cannot be read: ${error.message}.`, 'Send it again as curl --form does.')
    : error;
}

async function archiveOf(request: FastifyRequest, bytesMax: number): Promise<Readable> {
  if (request.isMultipart()) {
    const part = await request.file({ limits: { files: 1, fileSize: bytesMax + 1 } });
    if (part?.fieldname === 'bundle') return part.file;
    throw refuse(
      'invalid-request',
      'The form has no file field `bundle`.',
      'Send one file field, for example with `curl --form bundle=@bundle.tar.gz`.',
    );
  }
  if (request.body instanceof Readable) return request.body;
  throw refuse(
    'unsupported-media-type',
    'A bundle is an archive.',
    `Send it as ${archiveTypes.join(', ')}, or multipart/form-data with one file field \`bundle\`.`,
  );
}

function limited(bytesMax: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > bytesMax) done(tooLarge(bytesMax));
      else done(null, chunk);
    },
  });
}

function tooLarge(bytesMax: number): Error {
  return refuse(
    'bundle-too-large',
    `The archive is larger than ${bytesMax} bytes.`,
    'Leave out what the rehearsal does not need, or raise REHEARSAL_ARCHIVE_BYTES_MAX.',
  );
}
