import type { ImageIdentity } from '../../../shared/domain/image.ts';
import { RehearsalError } from '../../../shared/domain/problem.ts';
import { type Engine, messageOf, statusOf } from './engine.ts';
import { registryLogin, registryVariable } from './registry-logins.ts';

export interface Image extends ImageIdentity {
  readonly name: string;
  readonly env: readonly string[];
  readonly user: string;
  readonly hasCommand: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Where the image of a server comes from: `POSTGRES_IMAGE` if set, in whose tag a leading number stands for the major
 * (`registry/postgis:17-3.5` is `registry/postgis:15-3.5` for 15); else the public image, else the one that
 * `infra/images/build.ts` makes.
 */
export function serverImageNames(major: number, env: Env): readonly string[] {
  const named = env.POSTGRES_IMAGE;
  if (named !== undefined && named !== '') return [named.replace(/:\d+(?=[^/]*$)/, `:${major}`)];
  return [`postgres:${major}`, `rehearsal/postgres:${major}`];
}

/** The image of commands that name none: `NODE_IMAGE`, else the public one, else the one made here. */
export function nodeImageNames(env: Env): readonly string[] {
  const named = env.NODE_IMAGE;
  return named !== undefined && named !== '' ? [named] : ['node:24-slim', 'rehearsal/node:24'];
}

/** The first of these that is here; where none is, the first is pulled. */
export async function findImage(engine: Engine, names: readonly string[]): Promise<Image> {
  for (const name of names) {
    const image = await lookAt(engine, name);
    if (image !== undefined) return image;
  }
  const [name = ''] = names;
  await pull(engine, name, names);
  const pulled = await lookAt(engine, name);
  if (pulled === undefined) throw notThere(names, new Error('the engine pulled it and does not have it'));
  return pulled;
}

async function lookAt(engine: Engine, name: string): Promise<Image | undefined> {
  try {
    const { Id, Config, RepoDigests } = await engine.docker.getImage(name).inspect();
    const command = [...[Config.Entrypoint ?? []].flat(), ...(Config.Cmd ?? [])];
    const digests = (RepoDigests ?? []).map((reference) => reference.replace(/^.*@/, ''));
    return { id: Id, digests, name, env: Config.Env ?? [], user: Config.User, hasCommand: command.length > 0 };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

async function pull(engine: Engine, name: string, names: readonly string[]): Promise<void> {
  try {
    const { signal: abortSignal } = engine;
    const authconfig = registryLogin(name, process.env[registryVariable]);
    const progress: NodeJS.ReadableStream = await engine.docker.pull(name, {
      ...(abortSignal === undefined ? {} : { abortSignal }),
      ...(authconfig === undefined ? {} : { authconfig }),
    });
    await new Promise<void>((resolve, reject) => {
      engine.docker.modem.followProgress(progress, (error: Error | null) =>
        error === null ? resolve() : reject(error),
      );
    });
  } catch (cause) {
    engine.signal?.throwIfAborted();
    throw notThere(names, cause);
  }
}

function notThere(names: readonly string[], cause: unknown): RehearsalError {
  const [name = '', ownName] = names;
  const said = messageOf(cause);
  // A registry that answers and does not know it: the name is wrong. One that does not answer is the machine's trouble.
  const isRefused = /not found|manifest unknown|denied|unauthorized|invalid reference|repository does not exist/i.test(
    said,
  );
  const isOwn = ownName !== undefined;
  const pullIt = `docker pull ${name}, or log in to its registry with ${registryVariable}`;
  return new RehearsalError(
    isRefused && !isOwn ? 'bundle' : 'machine',
    'image-not-there',
    `the image ${name} is not here and cannot be pulled: ${said}`,
    isOwn ? `pull it (docker pull ${name}) or make one: node infra/images/build.ts ${ownName}` : pullIt,
    { cause },
  );
}
