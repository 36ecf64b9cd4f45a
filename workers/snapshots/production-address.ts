import { RehearsalError } from '../../shared/domain/problem.ts';
import type { ServerAddress } from '../../shared/edge/ports/sql.ts';

export interface ProductionAddress extends ServerAddress {
  /** Absent: as it comes, in the clear. */
  readonly ssl?: { readonly rejectUnauthorized: boolean };
}

/** Throws RehearsalError `usage` (fault bundle) that never repeats the password. */
export function parseDsn(dsn: string, env: Readonly<Record<string, string | undefined>>): ProductionAddress {
  const url = URL.parse(dsn);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) throw refused('it is no postgresql:// address');
  const port = Number(url.port === '' ? 5432 : url.port);
  const address = {
    host: decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/, '$1') || (url.searchParams.get('host') ?? ''),
    port,
    user: decodeURIComponent(url.username) || env.PGUSER || '',
    password: decodeURIComponent(url.password) || env.PGPASSWORD || '',
    database: decodeURIComponent(url.pathname.slice(1)),
  };
  if (address.host === '') throw refused('it names no host');
  if (address.user === '') throw refused('it names no user, and PGUSER is not set');
  return {
    ...address,
    database: address.database === '' ? address.user : address.database,
    ...encryption(url.searchParams.get('sslmode') ?? env.PGSSLMODE ?? 'prefer'),
  };
}

/** Of libpq's modes; `prefer` goes in the clear, as the driver does. */
function encryption(mode: string): Pick<ProductionAddress, 'ssl'> {
  switch (mode) {
    case 'disable':
    case 'allow':
    case 'prefer':
      return {};
    case 'require':
      return { ssl: { rejectUnauthorized: false } };
    case 'verify-ca':
    case 'verify-full':
      return { ssl: { rejectUnauthorized: true } };
    default:
      throw refused(`sslmode=${mode} is not one of disable, allow, prefer, require, verify-ca, verify-full`);
  }
}

/** As it may be shown. */
export const withoutPassword = (source: string): string =>
  source.replace(/^(postgres(?:ql)?:\/\/[^:@/]*):[^@]*@/, '$1@').replace(/([?&]password=)[^&]*/, '$1…');

export const isDsn = (source: string): boolean => /^postgres(ql)?:\/\//.test(source);

const refused = (why: string): RehearsalError =>
  new RehearsalError(
    'bundle',
    'usage',
    `the address of the server cannot be used: ${why}`,
    'give it as postgresql://USER@HOST:PORT/DATABASE with the password in PGPASSWORD',
  );
