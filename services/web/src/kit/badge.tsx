import type { ReactNode } from 'react';
import { Mark, type Tone } from './mark.tsx';

/** A word with its shape and colour. */
export function Badge({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <span className={`badge tone-${tone}`}>
      <Mark tone={tone} />
      {children}
    </span>
  );
}
