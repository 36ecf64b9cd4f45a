import { useEffect, useState } from 'react';
import { formatMs } from '../../../../shared/report/words.ts';

export interface LiveTimeProps {
  readonly status: string;
  readonly startedAt: string | null;
  /** null: nothing of this service was judged yet. */
  readonly usualMs: number | null;
}

/** How long it has been and how long it usually takes; told as what it is, an estimate. */
export function LiveTime({ status, startedAt, usualMs }: LiveTimeProps) {
  const [openedAt] = useState(Date.now);
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  if (status === 'queued') return <p className="soft">It waits for its turn.</p>;
  const sinceMs = Math.max(0, now - (startedAt === null ? openedAt : Date.parse(startedAt)));
  const whole = formatMs(Math.round(sinceMs / 1000) * 1000);
  if (usualMs === null)
    return <p className="soft">Running for {whole}. It is the first of its service: no estimate.</p>;
  const leftMs = usualMs - sinceMs;
  const left = leftMs > 0 ? `about ${formatMs(Math.ceil(leftMs / 1000) * 1000)} left` : 'longer than usual';
  return (
    <div className="time">
      <label htmlFor="time">
        Running for {whole}, usually {formatMs(Math.round(usualMs / 1000) * 1000)}: {left}
      </label>
      <progress id="time" max={usualMs} value={Math.min(sinceMs, usualMs)} />
    </div>
  );
}
