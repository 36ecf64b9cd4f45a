import { createContext, useContext } from 'react';

export interface Session {
  readonly name: string;
  readonly scopes: readonly string[];
}

export const SessionContext = createContext<Session>({ name: '', scopes: [] });

export const useSession = (): Session => useContext(SessionContext);

/** Whoever may do everything may do each thing. */
export const may = ({ scopes }: Session, scope: string): boolean => scopes.includes(scope) || scopes.includes('admin');
