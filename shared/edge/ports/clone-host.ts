import type { HotpatchFound } from '../../domain/hotpatch.ts';
import type { ImageIdentity } from '../../domain/image.ts';
import type { HostFacts } from '../../domain/observation.ts';
import type { SteppedMaxima } from '../../domain/series.ts';
import type { Login, SealedSnapshot } from './snapshots.ts';
import type { ServerAddress } from './sql.ts';

/** Where clones run. Two adapters keep this promise: `docker` (isolated) and `process` (for bundles you trust). */
export interface CloneHost {
  readonly kind: 'docker' | 'process';
  facts(major: number): Promise<HostFacts>;
  /** A throw-away server on a copy-on-write copy; ready for queries when the promise settles. */
  clone(request: CloneRequest): Promise<Clone>;
  /**
   * What lies at an absolute path of an image, links followed inside it; nothing of the image is started. Absent: the
   * host knows no images. Throws RehearsalError where the image cannot be had.
   */
  findInImage?(image: string, path: string): Promise<HotpatchFound>;
  /** What this name stands for here; pulled where it is not there. Absent and throws: as above. */
  imageOf?(image: string): Promise<ImageIdentity>;
  /** False: what clones run in does not answer at this moment. Absent: it is a part of the machine. */
  isThere?(): Promise<boolean>;
  /** Removes what earlier, crashed owners left: anything of ours past its expiry or whose owner process is gone. */
  reap(): Promise<void>;
}

export interface CloneRequest {
  readonly snapshot: SealedSnapshot;
  readonly owner: Owner;
  /** Unpacked bundle; the clone's processes get a private read-only copy of it. */
  readonly bundleDir: string;
  /** Our own programs for the clone's processes (the SQL runner); readable by them, never writable. */
  readonly toolsDir: string;
  /** Server settings on top of the snapshot's own. */
  readonly settings: Readonly<Record<string, string>>;
  /** Image of the server on the docker host; default: the one for the snapshot's major. */
  readonly image?: string;
}

/** Written on everything that is made in Docker or on disk, so that a reaper can tell what is left over. */
export interface Owner {
  readonly rehearsalId: string;
  readonly runId: string;
  readonly expiresAt: Date;
}

/** Leaving its scope kills its processes, its server, and removes its data. */
export interface Clone extends AsyncDisposable {
  readonly id: string;
  readonly cloneMs: number;
  readonly method: 'reflink' | 'copy';
  /** Superuser address that our own sessions use, never through a tap. */
  readonly admin: ServerAddress;
  readonly migrate: Login;
  readonly apps: Login;
  /** Address on which a tap must listen so that this clone's processes reach it and nobody outside does. */
  readonly tapHost: string;
  /** `toolsDir` as the clone's processes see it. */
  readonly toolsPath: string;
  /** The bundle's root as the clone's processes see it. */
  readonly bundlePath: string;
  /** Starts a process of the bundle; it lives at most as long as the clone. */
  start(request: ProcessRequest): Promise<HostedProcess>;
  /**
   * Stops the server cleanly, copies it, starts both again: an independent clone of the same committed state.
   * Open connections are lost, so nothing of the bundle may be running. `admin` stays valid.
   */
  fork(): Promise<Clone>;
  /**
   * SIGKILL to the whole server at once, then a start that has to recover: what was committed is there again, UNLOGGED
   * tables are empty. Settles when it accepts connections; `admin` stays valid.
   */
  crash(): Promise<void>;
  /**
   * A second copy of the snapshot that follows this clone by streaming; it answers reads when the promise settles.
   * To be asked for before anything is written, on a clone whose settings let it be followed (`wal_level`). Forks know
   * nothing of it.
   */
  standby(): Promise<Standby>;
  /** The server's log so far, PostgreSQL's jsonlog format, one object a line. */
  serverLog(): Promise<string>;
  /** Backends of the server killed for memory so far. */
  backendsOomKilled(): Promise<number>;
}

/** Lives at most as long as its clone; leaving its scope removes its server and its data. Safe to repeat. */
export interface Standby extends AsyncDisposable {
  /** Superuser address that our own sessions use, never through a tap; the roles are those of its clone. */
  readonly admin: ServerAddress;
}

export interface ProcessRequest {
  /** For labels and messages: `migration`, `previous`, `feed job`. */
  readonly name: string;
  /**
   * Absent: the image's own entrypoint (docker host only; on the process host it throws RehearsalError `no-command`).
   */
  readonly command?: readonly string[];
  readonly image?: string;
  /** Bundle-relative directory where it starts. */
  readonly dir: string;
  /** Everything besides PATH HOME TMPDIR LANG TZ, which the host gives. */
  readonly env: Readonly<Record<string, string>>;
  /** Bundle-relative files and directories that it may write, in a copy of its own that goes with it. */
  readonly writable?: readonly string[];
  readonly memoryBytes?: number;
  /** The whole group is killed then, and `timedOut` is told. */
  readonly timeoutMs?: number;
  /** It serves HTTP: the host sets PORT and HOST and gives `http`. */
  readonly listens?: boolean;
}

/** A process group; leaving its scope stops it. */
export interface HostedProcess extends AsyncDisposable {
  /** On the docker host: the container's first process as the host sees it. */
  readonly pid: number;
  readonly startedAt: Date;
  /** Where this worker and the clone's other processes reach it, if it `listens`. */
  readonly http?: { readonly host: string; readonly port: number };
  /** Settles when the command itself ended and its output is complete. Never rejects. */
  readonly exited: Promise<ProcessExit>;
  /** Last 1 MiB of each stream so far. */
  output(): { readonly stdout: string; readonly stderr: string };
  /** SIGKILL to the whole group; settles when all of it is gone. */
  kill(): Promise<void>;
  /** SIGTERM to the group, SIGKILL after 5 s; settles when all of it is gone. */
  stop(): Promise<void>;
}

export interface ProcessExit {
  /** 137 where it was killed by SIGKILL, as a shell says it; null never happens after `exited`. */
  readonly exitCode: number;
  readonly signal?: string;
  readonly oomKilled: boolean;
  readonly timedOut: boolean;
  /** Others of its group went on when it ended. Where its end takes them along (a container), it is absent. */
  readonly leftRunning?: boolean;
  readonly memoryPeakBytes?: number;
  /** Bytes that all of it used together, in ms since its start; absent where nobody can look. */
  readonly memory?: SteppedMaxima;
}
