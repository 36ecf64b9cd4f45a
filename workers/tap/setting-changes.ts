import type { Token, Words } from './sql-words.ts';

export const timeoutNames = ['lock_timeout', 'statement_timeout'] as const;
export type TimeoutName = (typeof timeoutNames)[number];

export interface SettingChange {
  readonly name: TimeoutName;
  /** As written, or `default`. */
  readonly value: string;
  /** Until the end of the transaction only. */
  readonly local: boolean;
}

/**
 * The timeouts that one statement sets. Sources: PostgreSQL manual, pages SET, RESET, DISCARD and function set_config.
 */
export function settingChangesOf(statement: Words): SettingChange[] {
  const [first, second] = statement;
  if (isWord(first, 'set')) return setOf(statement);
  const all = isWord(second, 'all');
  if (isWord(first, 'reset')) {
    return all ? timeoutNames.map(reset) : timeoutNames.filter((name) => second?.value === name).map(reset);
  }
  if (isWord(first, 'discard')) return all ? timeoutNames.map(reset) : [];
  return configCallsOf(statement);
}

const reset = (name: TimeoutName): SettingChange => ({ name, value: 'default', local: false });

function setOf(statement: Words): SettingChange[] {
  const scoped = isWord(statement[1], 'local') || isWord(statement[1], 'session');
  const [name, , value] = statement.slice(scoped ? 2 : 1);
  const known = timeoutNames.find((candidate) => isWord(name, candidate));
  if (known === undefined || value === undefined) return [];
  return [{ name: known, value: value.value, local: isWord(statement[1], 'local') }];
}

/** `set_config('lock_timeout', '5s', false)` anywhere in a statement; a value given as a parameter cannot be seen. */
function configCallsOf(statement: Words): SettingChange[] {
  const changes: SettingChange[] = [];
  for (const [at, token] of statement.entries()) {
    if (!isWord(token, 'set_config')) continue;
    const [name, , value, , local] = statement.slice(at + 2, at + 7);
    const known = timeoutNames.find((candidate) => name?.kind === 'text' && name.value.toLowerCase() === candidate);
    if (known === undefined || value?.kind !== 'text') continue;
    const isLocal = isWord(local, 'true') || (local?.kind === 'text' && /^(?:t|true|on|1|y|yes)$/i.test(local.value));
    changes.push({ name: known, value: value.value, local: isLocal });
  }
  return changes;
}

const isWord = (token: Token | undefined, value: string): boolean => token?.kind === 'word' && token.value === value;
