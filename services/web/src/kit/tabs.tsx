import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react';

export interface TabsProps {
  readonly label: string;
  readonly tabs: readonly { readonly key: string; readonly title: ReactNode; readonly body: () => ReactNode }[];
}

/** One of several; arrow keys go along, as the ARIA practices have it. */
export function Tabs({ label, tabs }: TabsProps) {
  const base = useId();
  const list = useRef<HTMLDivElement>(null);
  const [chosen, setChosen] = useState(tabs[0]?.key);
  const current = tabs.find(({ key }) => key === chosen) ?? tabs[0];
  if (current === undefined) return null;
  const go = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const index = (tabs.indexOf(current) + step + tabs.length) % tabs.length;
    setChosen(tabs[index]?.key);
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[index]?.focus();
  };
  return (
    <div>
      <div className="tabs" role="tablist" aria-label={label} ref={list} onKeyDown={go}>
        {tabs.map(({ key, title }) => (
          <button
            type="button"
            role="tab"
            className="tab"
            key={key}
            id={`${base}-${key}`}
            aria-controls={`${base}-panel`}
            aria-selected={key === current.key}
            tabIndex={key === current.key ? 0 : -1}
            onClick={() => setChosen(key)}
          >
            {title}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${base}-panel`} aria-labelledby={`${base}-${current.key}`}>
        {current.body()}
      </div>
    </div>
  );
}
