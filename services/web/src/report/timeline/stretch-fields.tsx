import { type FormEvent, useId } from 'react';
import type { Span } from './time-scale.ts';

interface StretchFieldsProps {
  readonly span: Span;
  readonly originMs: number;
  readonly zoom: (span: Span) => void;
}

/** The stretch of time in figures: what a pointer draws over the chart, keyboards type. */
export function StretchFields({ span, originMs, zoom }: StretchFieldsProps) {
  const id = useId();
  const show = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = new FormData(event.currentTarget);
    const [fromMs, toMs] = [Number(typed.get('from')), Number(typed.get('to'))];
    if (toMs > fromMs) zoom({ fromMs: originMs + fromMs, toMs: originMs + toMs });
  };
  return (
    // Typed and not yet shown is forgotten when another stretch is chosen by other means.
    <form className="stretch" onSubmit={show} key={`${span.fromMs} ${span.toMs}`}>
      <label htmlFor={`${id}from`}>From</label>
      <input id={`${id}from`} name="from" type="number" step="any" defaultValue={Math.round(span.fromMs - originMs)} />
      <label htmlFor={`${id}to`}>to</label>
      <input id={`${id}to`} name="to" type="number" step="any" defaultValue={Math.round(span.toMs - originMs)} />
      <span>ms</span>
      <button type="submit" className="button">
        Show this stretch
      </button>
    </form>
  );
}
