import type { ReactNode } from 'react';

export interface TableProps {
  readonly label: string;
  readonly columns: readonly { readonly title: ReactNode; readonly key: string; readonly number?: boolean }[];
  /** `tbody` elements. */
  readonly children: ReactNode;
}

/** A table that scrolls by itself on a narrow screen, by touch and by keyboard, so that the page never does. */
export function Table({ label, columns, children }: TableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="scroll" aria-label={label} tabIndex={0}>
      <table className="table">
        <thead>
          <tr>
            {columns.map(({ title, key, number }) => (
              <th scope="col" key={key} className={number === true ? 'number' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        {children}
      </table>
    </section>
  );
}
