import { useCallback, useEffect, useState } from 'react';
import { type Answer, ask } from './ask-service.ts';

/** Asked when the page opens and whenever `again` is called; what was there stays on the page meanwhile. */
export function useAnswer<T>(path: string): { readonly answer: Answer<T>; readonly again: () => Promise<void> } {
  const [answer, setAnswer] = useState<Answer<T>>({ kind: 'waiting' });
  const again = useCallback(async () => setAnswer(await ask<T>(path)), [path]);
  useEffect(() => {
    void again();
  }, [again]);
  return { answer, again };
}
