import type { ReactNode } from 'react';
import type { Answer } from './ask-service.ts';
import { Problem } from './problem.tsx';

export interface AnsweredProps<T> {
  readonly answer: Answer<T>;
  readonly again: () => Promise<void>;
  readonly children: (content: T) => ReactNode;
}

/** The page's content when it is there; what keeps it away when it is not. */
export function Answered<T>({ answer, again, children }: AnsweredProps<T>) {
  switch (answer.kind) {
    case 'waiting':
      return <p className="soft">Loading …</p>;
    case 'there':
      return children(answer.content);
    case 'refused':
      return <Problem refusal={answer.refusal} again={() => void again()} />;
  }
}
