/** What a registry asks for; `serveraddress` as the engine's API calls it. */
export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
  readonly serveraddress: string;
}

/** In the form of `docker login`'s config.json, as CI systems have it. */
export const registryVariable = 'DOCKER_AUTH_CONFIG';

interface Entry {
  /** Base64 of `user:password`. */
  readonly auth?: string;
  readonly username?: string;
  readonly password?: string;
}

interface Logins {
  readonly auths: Readonly<Record<string, Entry>>;
}

/** Why the variable's value is of no use; undefined: it is absent, or good. Nothing of it is quoted. */
export function registryLoginsProblem(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  const config = parsed(text);
  if (config === undefined) return 'must be JSON: {"auths":{"registry.example":{"auth":"<base64 of user:password>"}}}';
  const [without] = Object.entries(config.auths).filter(([, entry]) => partsOf(entry) === undefined);
  return without === undefined ? undefined : `has no user and password for ${without[0]}`;
}

/** Who we are to the registry of this image; undefined: nobody, as the variable names it not. */
export function registryLogin(image: string, text: string | undefined): RegistryLogin | undefined {
  const registry = registryOf(image);
  const entries = Object.entries(parsed(text ?? '')?.auths ?? {});
  for (const [address, entry] of entries) {
    const parts = hostOf(address) === registry ? partsOf(entry) : undefined;
    if (parts !== undefined) return { ...parts, serveraddress: address };
  }
  return undefined;
}

const hub = 'docker.io';

/** A first part with a dot, a colon or the name localhost is a registry; any other image is of Docker Hub. */
function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  return rest.length > 0 && (/[.:]/.test(first) || first === 'localhost') ? hostOf(first) : hub;
}

/** `https://index.docker.io/v1/` is how `docker login` writes Docker Hub. */
function hostOf(address: string): string {
  const host = address.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? hub : host;
}

function partsOf({ auth, username, password }: Entry): Pick<RegistryLogin, 'username' | 'password'> | undefined {
  if (username !== undefined && password !== undefined) return { username, password };
  const [, user, secret] = /^([^:]+):(.*)$/s.exec(Buffer.from(auth ?? '', 'base64').toString('utf8')) ?? [];
  return user === undefined || secret === undefined ? undefined : { username: user, password: secret };
}

function parsed(text: string): Logins | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isLogins(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** By hand: every command reads this module, and a schema library would be half of what it loads. */
function isLogins(value: unknown): value is Logins {
  return isRecord(value) && isRecord(value.auths) && Object.values(value.auths).every(isEntry);
}

function isEntry(value: unknown): value is Entry {
  if (!isRecord(value)) return false;
  return [value.auth, value.username, value.password].every((part) => part === undefined || typeof part === 'string');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
