import type { ReactNode } from 'react';
import type { Tone } from './mark.tsx';

export interface CardProps {
  readonly tone?: Tone;
  readonly id?: string;
  readonly children: ReactNode;
}

export function Card({ tone, id, children }: CardProps) {
  return (
    <article
      className="card"
      {...(tone === undefined ? {} : { 'data-tone': tone })}
      {...(id === undefined ? {} : { id })}
    >
      {children}
    </article>
  );
}
