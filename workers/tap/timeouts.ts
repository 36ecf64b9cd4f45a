import { type SettingChange, settingChangesOf, type TimeoutName } from './setting-changes.ts';
import { statementsOf } from './sql-words.ts';
import { parseTimeout } from './timeout-values.ts';
import { type Control, controlOf, type Status } from './transaction-words.ts';

/** ms by setting; 0 is none, null: the server's own holds. */
export type Timeouts = Readonly<Record<TimeoutName, number | null>>;

interface Layer {
  readonly session: Timeouts;
  /** SET LOCAL; present keys hide the session's until the transaction ends. */
  readonly local: Partial<Timeouts>;
}

/** What a session has set, with the transaction semantics of settings. Values, never changed in place. */
export interface TimeoutState {
  /** What RESET goes back to: the start-up packet's values. */
  readonly atStart: Timeouts;
  readonly committed: Timeouts;
  readonly transaction: OpenTransaction | null;
}

interface OpenTransaction extends Layer {
  /** A COMMIT of it rolls back. */
  readonly failed: boolean;
  readonly savepoints: readonly (Layer & { readonly name: string })[];
}

export interface MessageOutcome {
  /** Statements of the text that completed; the one after them failed if `failed`. */
  readonly completed: number;
  readonly failed: boolean;
  /** null: nothing is known after it. */
  readonly statusAfter: Status | null;
}

export function timeoutsAtStart(parameters: ReadonlyMap<string, string>): TimeoutState {
  const atStart: Record<TimeoutName, number | null> = { lock_timeout: null, statement_timeout: null };
  const set = (name: string, value: string) => {
    const key = name.toLowerCase().replaceAll('-', '_');
    if (key in atStart) atStart[key as TimeoutName] = parseTimeout(value) ?? null;
  };
  // A backslash keeps a space inside a value.
  const options = (parameters.get('options') ?? '').matchAll(/(?:-c\s*|--)([\w-]+)=((?:\\.|\S)*)/g);
  for (const [, name, value] of options) set(name ?? '', (value ?? '').replaceAll(/\\(.)/g, '$1'));
  for (const [name, value] of parameters) set(name, value);
  return { atStart, committed: atStart, transaction: null };
}

export function timeoutsInForce({ committed, transaction }: TimeoutState): Timeouts {
  return transaction === null ? committed : { ...transaction.session, ...transaction.local };
}

/** In force when the last statement of the text runs that is more than a setting or transaction control. */
export function timeoutsFor(state: TimeoutState, sql: string): Timeouts {
  if (!mayMatter.test(sql)) return timeoutsInForce(state);
  const statements = statementsOf(sql);
  const worker = statements.findLastIndex(
    (one) => controlOf(one).kind === 'none' && settingChangesOf(one).length === 0,
  );
  if (worker <= 0) return timeoutsInForce(state);
  return timeoutsInForce(statements.slice(0, worker).reduce(afterStatement, openImplicit(state)));
}

/** The state after a message whose outcome is known. Settings made in a transaction that rolls back were never made. */
export function timeoutsAfter(state: TimeoutState, sql: string, outcome: MessageOutcome): TimeoutState {
  if (!mayMatter.test(sql)) return agree(state, outcome);
  const statements = statementsOf(sql);
  const several = statements.length > 1 && state.transaction === null;
  const ran = outcome.failed ? statements.slice(0, outcome.completed) : statements;
  return agree(ran.reduce(afterStatement, several ? openImplicit(state) : state), outcome);
}

/** A cheap look that spares most texts the closer one. */
const mayMatter =
  /_timeout|\b(?:set_config|reset|discard|begin|start|commit|end|rollback|abort|savepoint|release|prepare)\b/i;

/** What the server says of the transaction is right, whatever was read in the text. */
function agree(state: TimeoutState, { failed, statusAfter }: MessageOutcome): TimeoutState {
  if (statusAfter === 'I') return failed ? rolledBack(state) : committed(state);
  if (statusAfter === null) return state;
  const { transaction, ...rest } = openImplicit(state);
  return { ...rest, transaction: transaction && { ...transaction, failed: statusAfter === 'E' } };
}

/** Several statements in one message are one transaction. */
function openImplicit(state: TimeoutState): TimeoutState {
  if (state.transaction !== null) return state;
  return { ...state, transaction: { session: state.committed, local: {}, failed: false, savepoints: [] } };
}

const rolledBack = (state: TimeoutState): TimeoutState => ({ ...state, transaction: null });

const committed = (state: TimeoutState): TimeoutState =>
  state.transaction === null || state.transaction.failed
    ? rolledBack(state)
    : { ...state, committed: state.transaction.session, transaction: null };

function afterStatement(state: TimeoutState, statement: Parameters<typeof controlOf>[0]): TimeoutState {
  const control = controlOf(statement);
  return control.kind === 'none'
    ? settingChangesOf(statement).reduce(afterChange, state)
    : afterControl(state, control);
}

function afterControl(state: TimeoutState, control: Exclude<Control, { kind: 'none' }>): TimeoutState {
  const open = state.transaction;
  switch (control.kind) {
    case 'begin':
      return openImplicit(state);
    case 'commit':
      return control.chain ? openImplicit(committed(state)) : committed(state);
    case 'rollback':
      return control.chain ? openImplicit(rolledBack(state)) : rolledBack(state);
    case 'release':
      return state;
    case 'savepoint': {
      if (open === null) return state;
      const point = { name: control.name, session: open.session, local: open.local };
      return { ...state, transaction: { ...open, savepoints: [...open.savepoints, point] } };
    }
    case 'rollback-to': {
      const at = open?.savepoints.findLastIndex((point) => point.name === control.name) ?? -1;
      const point = open?.savepoints[at];
      if (open === null || point === undefined) return state;
      const { session, local } = point;
      const savepoints = open.savepoints.slice(0, at + 1);
      return { ...state, transaction: { session, local, failed: false, savepoints } };
    }
  }
}

function afterChange(state: TimeoutState, change: SettingChange): TimeoutState {
  const value = change.value === 'default' ? state.atStart[change.name] : (parseTimeout(change.value) ?? null);
  const open = state.transaction;
  if (open === null) {
    return change.local ? state : { ...state, committed: { ...state.committed, [change.name]: value } };
  }
  if (change.local) return { ...state, transaction: { ...open, local: { ...open.local, [change.name]: value } } };
  const { [change.name]: _hidden, ...local } = open.local;
  return { ...state, transaction: { ...open, session: { ...open.session, [change.name]: value }, local } };
}
