import { type ReactNode, useState } from 'react';

/** The first so many of a long list, and the next ones when they are asked for. */
export function useShowMore<T>(all: readonly T[], step: number, least = step) {
  const [count, setCount] = useState(step);
  const shown = Math.max(count, least);
  const left = all.length - shown;
  const more: ReactNode = left > 0 && (
    <p className="more">
      <button type="button" className="button" onClick={() => setCount(shown + step * 4)}>
        Show {Math.min(left, step * 4)} more of {left}
      </button>
    </p>
  );
  return { shown: all.slice(0, shown), more };
}
