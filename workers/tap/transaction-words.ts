import { statementsOf, type Words } from './sql-words.ts';

export type Status = 'I' | 'T' | 'E';

/** What a statement does to the transaction it stands in. */
export type Control =
  | { readonly kind: 'begin' | 'commit' | 'rollback'; readonly chain: boolean }
  | { readonly kind: 'savepoint' | 'release' | 'rollback-to'; readonly name: string }
  | { readonly kind: 'none' };

/** Sources: PostgreSQL manual, pages BEGIN, COMMIT, ROLLBACK, SAVEPOINT, PREPARE TRANSACTION. */
export function controlOf(statement: Words): Control {
  const words = statement.map((token) => (token.kind === 'word' ? token.value : ''));
  const rest = words.slice(1).filter((word) => word !== 'work' && word !== 'transaction');
  const chain = rest[0] === 'and' && rest[1] === 'chain';
  const name = rest.find((word) => word !== 'to' && word !== 'savepoint') ?? '';
  switch (words[0]) {
    case 'begin':
      return { kind: 'begin', chain: false };
    case 'start':
      return words[1] === 'transaction' ? { kind: 'begin', chain: false } : { kind: 'none' };
    case 'commit':
    case 'end':
      return words[1] === 'prepared' ? { kind: 'none' } : { kind: 'commit', chain };
    case 'prepare':
      return words[1] === 'transaction' ? { kind: 'commit', chain: false } : { kind: 'none' };
    case 'rollback':
      if (words[1] === 'prepared') return { kind: 'none' };
      return rest[0] === 'to' ? { kind: 'rollback-to', name } : { kind: 'rollback', chain };
    case 'abort':
      return { kind: 'rollback', chain };
    case 'savepoint':
      return { kind: 'savepoint', name };
    case 'release':
      return { kind: 'release', name };
    default:
      return { kind: 'none' };
  }
}

/**
 * The status that a text leads to where all of it succeeds: needed in a pipeline, where the server says it only at its
 * end.
 */
export function statusAfterText(before: Status, sql: string): Status {
  if (!mayControl.test(sql)) return before;
  let status = before;
  for (const statement of statementsOf(sql)) {
    const control = controlOf(statement);
    if (control.kind === 'begin' || control.kind === 'rollback-to') status = 'T';
    if (control.kind === 'commit' || control.kind === 'rollback') status = control.chain ? 'T' : 'I';
  }
  return status;
}

/** Whether a text ended a transaction and stands in a new one afterwards: COMMIT AND CHAIN, or `COMMIT; BEGIN`. */
export function chains(sql: string): boolean {
  if (!mayControl.test(sql)) return false;
  const kinds = statementsOf(sql).map(controlOf);
  return kinds.some((control) => control.kind === 'commit' || control.kind === 'rollback');
}

/** A cheap look that spares most statements the closer one. */
const mayControl = /\b(?:begin|start|commit|end|rollback|abort|prepare)\b/i;

/**
 * Whether a text does the same inside our BEGIN … COMMIT as outside: transaction control would end or keep it, and the
 * others are refused, or warn, outside a transaction block only.
 */
export function isWrappable(sql: string): boolean {
  return statementsOf(sql).every((statement) => {
    const [first, second] = statement.map((token) => token.value);
    if (controlOf(statement).kind !== 'none' || first === 'lock' || first === 'declare') return false;
    return !(first === 'set' && (second === 'local' || second === 'transaction' || second === 'constraints'));
  });
}
