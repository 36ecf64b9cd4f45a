/** One line of `rehearse doctor`. */
export interface Look {
  readonly what: string;
  readonly ok: boolean;
  readonly says: string;
  readonly remedy?: string;
}

export interface MachineFacts {
  /** Of the Node that runs us, `24.1.0`. */
  readonly node: string;
  /** Files that one process may have open; undefined where the system does not say. */
  readonly openFilesMax: number | undefined;
  readonly freeBytes: number;
  readonly reserveBytes: number;
  /** What npm says; undefined where there is none. */
  readonly npm: string | undefined;
  /** `maxmemory-policy` of the Redis that REDIS_URL names. */
  readonly redis: RedisFacts;
}

export type RedisFacts =
  | { readonly kind: 'not-named'; readonly version: string | undefined }
  | { readonly kind: 'unreachable'; readonly why: string }
  | { readonly kind: 'answers'; readonly evictionPolicy: string };

const nodeMajorMin = 24;
const npmMajorMin = 9;
/** Four clones at once with a hundred connections each through the tap, twice over. */
const openFilesMin = 1024;
/** A clone and its migration must find room above what stays free. */
const workBytes = 3 * 1024 ** 3;

/** Every lack with its remedy; pure, so that machines that nobody has at hand are judged too. */
export function judgeMachine(facts: MachineFacts): readonly Look[] {
  return [disk(facts), node(facts), npm(facts), files(facts), redis(facts.redis)];
}

function disk({ freeBytes, reserveBytes }: MachineFacts): Look {
  const gib = (bytes: number) => `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
  return {
    what: 'disk',
    ok: freeBytes >= reserveBytes + workBytes,
    says: `${gib(freeBytes)} free, of which ${gib(reserveBytes)} are left alone`,
    remedy: 'free some (`rehearse snapshot prune`), or move the data root: REHEARSAL_DATA=/path',
  };
}

function node({ node: version }: MachineFacts): Look {
  return {
    what: 'node',
    ok: Number.parseInt(version, 10) >= nodeMajorMin,
    says: version,
    remedy: `run it by \`npm run -s rehearse\`, which brings Node ${nodeMajorMin}`,
  };
}

function npm({ npm: version }: MachineFacts): Look {
  const what = 'npm';
  if (version === undefined) return { what, ok: false, says: 'not here', remedy: 'apt-get install npm' };
  return { what, ok: Number.parseInt(version, 10) >= npmMajorMin, says: version, remedy: 'npm install --global npm' };
}

function files({ openFilesMax }: MachineFacts): Look {
  const what = 'open files';
  if (openFilesMax === undefined) return { what, ok: true, says: 'the system names no limit' };
  return {
    what,
    ok: openFilesMax >= openFilesMin,
    says: `a process may have ${openFilesMax} open`,
    remedy: `ulimit -n ${openFilesMin * 4}`,
  };
}

function redis(facts: RedisFacts): Look {
  const what = 'redis';
  switch (facts.kind) {
    case 'not-named':
      return facts.version === undefined
        ? { what, ok: false, says: 'not here', remedy: 'only a team deployment needs it: apt-get install redis-server' }
        : { what, ok: true, says: facts.version };
    case 'unreachable':
      return {
        what,
        ok: false,
        says: `REDIS_URL does not answer: ${facts.why}`,
        remedy: 'redis-cli -u $REDIS_URL ping',
      };
    case 'answers':
      return {
        what,
        ok: facts.evictionPolicy === 'noeviction',
        says: `REDIS_URL answers, its eviction policy is ${facts.evictionPolicy}`,
        remedy: 'a queue must not be evicted: redis-cli -u $REDIS_URL config set maxmemory-policy noeviction',
      };
  }
}
