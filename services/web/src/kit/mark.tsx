/** What something means, whatever its colour looks like to the reader. */
export type Tone = 'fail' | 'pass' | 'open' | 'idle';

const shapes: Readonly<Record<Tone, string>> = {
  // An octagon with a cross, a disc with a tick, a triangle with a bar, a ring.
  fail: 'M5 0h6l5 5v6l-5 5H5l-5-5V5Z',
  pass: 'M8 0a8 8 0 1 1 0 16A8 8 0 0 1 8 0Z',
  open: 'M8 .5 16 15.5H0Z',
  idle: 'M8 0a8 8 0 1 1 0 16A8 8 0 0 1 8 0Zm0 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2Z',
};
const signs: Readonly<Record<Tone, string>> = {
  fail: 'm5 5 6 6m0-6-6 6',
  pass: 'm4.4 8.4 2.5 2.5 4.9-5.2',
  open: 'M8 6v4.2m0 1.9v1.4',
  idle: 'M5 8h6',
};

/** A shape of its own for each meaning; the word beside it says the same. */
export function Mark({ tone }: { readonly tone: Tone }) {
  const ground = tone === 'idle' ? 'currentColor' : 'var(--page)';
  return (
    <svg className="mark" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={shapes[tone]} fill="currentColor" fillRule="evenodd" />
      <path d={signs[tone]} fill="none" stroke={ground} strokeWidth="2" strokeLinecap="round" />
    </svg>
  );
}
