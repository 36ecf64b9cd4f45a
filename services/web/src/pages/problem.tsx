import { Code } from '../kit/code.tsx';
import type { Refusal } from './ask-service.ts';
import { inert } from './name.tsx';

export interface ProblemProps {
  readonly refusal: Refusal;
  readonly again?: () => void;
}

const titles: Readonly<Record<number, string>> = {
  401: 'You are not signed in',
  403: 'Your token may not do that',
  404: 'There is nothing here',
  409: 'Not now',
  429: 'Too many requests',
  503: 'The service is not well',
};

/** What went wrong in plain words, and what to do about it. */
export function Problem({ refusal, again }: ProblemProps) {
  const { status, code, detail, remedy, problems } = refusal;
  return (
    <section className="problem" role="alert" aria-labelledby="problem-title">
      <h1 id="problem-title">{titles[status] ?? (status >= 500 ? 'The service failed' : 'That did not work')}</h1>
      <p>{inert(detail, 400)}</p>
      <p>
        <strong>What to do:</strong> {inert(remedy, 400)}
      </p>
      {problems.length > 0 && (
        <ul>
          {problems.map(({ key, message }) => (
            <li key={`${key}${message}`}>
              {key !== undefined && <code>{inert(key)} </code>}
              {inert(message, 300)}
            </li>
          ))}
        </ul>
      )}
      <p className="actions">
        {again !== undefined && (
          <button type="button" className="button" onClick={again}>
            Try again
          </button>
        )}
        {status === 403 && <SignOut words="Use another token" />}
        <a href="/">All rehearsals</a>
      </p>
      <details className="soft">
        <summary>For a report to whoever runs this service</summary>
        <Code label="What to report" text={`${status} ${code} at ${location.pathname}, ${new Date().toISOString()}`} />
      </details>
    </section>
  );
}

export function SignOut({ words }: { readonly words: string }) {
  return (
    <form method="post" action="/sign-out">
      <button type="submit" className="button">
        {words}
      </button>
    </form>
  );
}
