const name = '("(?:[^"]|"")+"|[^\\s"]+)';
const makesIt = new RegExp(
  `^(CREATE|DROP)\\s+DATABASE\\b|^ALTER\\s+DATABASE\\s+${name}\\s+(OWNER\\s+TO|CONNECTION)`,
  'i',
);
const namesIt = new RegExp(
  `^(ALTER\\s+DATABASE|COMMENT\\s+ON\\s+DATABASE|(?:GRANT|REVOKE)\\b.*\\sON\\s+DATABASE)\\s+${name}`,
  'is',
);

/**
 * What `pg_dump --create` says of the database that it dumped, said of ours; undefined where ours is made already.
 */
export function inOwnDatabase(sql: string, database: string): string | undefined {
  if (makesIt.test(sql)) return undefined;
  return sql.replace(namesIt, (_all, words: string) => `${words} ${database}`);
}
