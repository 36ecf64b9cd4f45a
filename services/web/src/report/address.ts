import { useSyncExternalStore } from 'react';

/** Where the reader is, as the address bar says it: `#timeline?run=contention-1&statement=pre-deploy.1.3`. */
export interface Address {
  readonly section: string;
  readonly run?: string;
  readonly statement?: string;
  readonly cell?: string;
  /** The part of the time axis that is shown, in ms of the run's clock. */
  readonly from?: number;
  readonly to?: number;
}

export function parseAddress(hash: string): Address {
  const [section = '', query = ''] = hash.replace(/^#/, '').split('?');
  const asked = new URLSearchParams(query);
  const text = (key: 'run' | 'statement' | 'cell') => {
    const value = asked.get(key);
    return value === null || value === '' ? {} : { [key]: value };
  };
  const ms = (key: 'from' | 'to') => {
    const value = Number(asked.get(key) ?? Number.NaN);
    return Number.isFinite(value) ? { [key]: value } : {};
  };
  return { section: section, ...text('run'), ...text('statement'), ...text('cell'), ...ms('from'), ...ms('to') };
}

export function formatAddress({ section, ...rest }: Address): string {
  const asked = new URLSearchParams();
  for (const [key, value] of Object.entries(rest)) if (value !== undefined) asked.set(key, String(value));
  const query = asked.toString();
  return `#${section}${query === '' ? '' : `?${query}`}`;
}

/** Stays on the page and in the history's place: stepping through statements must not fill the way back. */
export function goTo(address: Address): void {
  history.replaceState(null, '', formatAddress(address));
  dispatchEvent(new HashChangeEvent('hashchange'));
}

let last: { readonly hash: string; readonly address: Address } = { hash: '', address: { section: '' } };

function current(): Address {
  if (last.hash !== location.hash) last = { hash: location.hash, address: parseAddress(location.hash) };
  return last.address;
}

function subscribe(changed: () => void): () => void {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}

export const useAddress = (): Address => useSyncExternalStore(subscribe, current);
