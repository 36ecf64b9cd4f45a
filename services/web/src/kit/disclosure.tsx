import { type ReactNode, useState } from 'react';

export interface DisclosureProps {
  readonly summary: ReactNode;
  readonly open?: boolean;
  readonly id?: string;
  readonly children: ReactNode;
}

/** Folded until it is asked for; what is inside is only made then. */
export function Disclosure({ summary, open = false, id, children }: DisclosureProps) {
  const [shown, setShown] = useState(open);
  return (
    <details
      className="disclosure"
      open={open}
      onToggle={(event) => setShown((before) => before || event.currentTarget.open)}
      {...(id === undefined ? {} : { id })}
    >
      <summary>{summary}</summary>
      {shown && children}
    </details>
  );
}
