import { useEffect, useState } from 'react';
import type { WireEvent } from '../../../../shared/edge/wire/rehearsal.ts';
import { heard, isOver, type LiveState, unheard } from './live-state.ts';

export interface Live {
  readonly state: LiveState;
  /** false: the connection was cut and comes back by itself, with all that happened meanwhile. */
  readonly connected: boolean;
  /** The service has ended the stream after the final status. */
  readonly ended: boolean;
}

const kinds: readonly WireEvent['kind'][] = ['status', 'planned', 'started', 'run', 'sighting', 'finding', 'verdict'];
const comeBackMs = 2_000;

/** Follows a rehearsal's events to the end. The browser itself resumes a cut stream after the last event it got. */
export function useLive(address: string): Live {
  const [live, setLive] = useState<Live>({ state: unheard, connected: false, ended: false });
  useEffect(() => {
    let source: EventSource;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const open = () => {
      source = new EventSource(address);
      source.addEventListener('open', () => setLive((before) => ({ ...before, connected: true })));
      for (const kind of kinds) {
        source.addEventListener(kind, ({ data, lastEventId }) => {
          const event = { kind, content: JSON.parse(data) } as WireEvent;
          if (event.kind === 'status') over = isOver(event.content);
          setLive((before) => ({ ...before, state: heard(before.state, Number(lastEventId), event) }));
        });
      }
      source.addEventListener('error', () => {
        if (over) {
          source.close();
          setLive((before) => ({ ...before, connected: true, ended: true }));
          return;
        }
        setLive((before) => ({ ...before, connected: false }));
        // A refusal ends the browser's own attempts; from the first event on, what is known already is passed over.
        if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, comeBackMs);
      });
    };
    open();
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [address]);
  return live;
}
