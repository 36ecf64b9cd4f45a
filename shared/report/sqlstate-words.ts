/** What a client is told by the codes that a migration commonly gives its traffic. https://www.postgresql.org/docs/17/errcodes-appendix.html */
const words: Readonly<Record<string, string>> = {
  '0A000': 'a cached plan that no longer fits',
  '22P02': 'a value that does not fit its type',
  '23502': 'a value is missing',
  '23503': 'a row that it refers to is missing',
  '23505': 'a row that must be unique is there already',
  '23514': 'a check constraint is violated',
  '25P02': 'its transaction had failed before',
  '40001': 'it could not be serialized',
  '40P01': 'a deadlock',
  '42501': 'a privilege is missing',
  '42703': 'a column is missing',
  '42804': 'a type does not fit',
  '42883': 'a function is missing',
  '42P01': 'a table is missing',
  '53100': 'the disk is full',
  '53200': 'the server is out of memory',
  '53300': 'too many connections',
  '55P03': 'the lock was not to be had in time',
  '57014': 'cancelled, mostly by a timeout',
  '57P01': 'the server ended the session',
  '57P03': 'the server does not accept connections',
  connection: 'the connection ended',
  unfinished: 'it still waited at the end',
  other: 'rarer codes together',
};

export const sqlstateWords = (sqlstate: string): string | undefined => words[sqlstate];
