import { type ReactNode, useEffect } from 'react';
import { inert } from './name.tsx';
import { SignOut } from './problem.tsx';
import { useSession } from './session.ts';

export interface ShellProps {
  readonly title: string;
  readonly children: ReactNode;
}

const pages = [
  ['/', 'Rehearsals'],
  ['/board', 'Board'],
  ['/snapshots', 'Snapshots'],
  ['/workers', 'Workers'],
  ['/start', 'Post a bundle'],
] as const;

/** What all pages have: a way past the links, the links, who is signed in, and the content. */
export function Shell({ title, children }: ShellProps) {
  const { name, scopes } = useSession();
  useEffect(() => {
    document.title = `${inert(title, 80)} · Rehearsal`;
  }, [title]);
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to the content
      </a>
      <header className="bar">
        <a className="brand" href="/">
          Rehearsal
        </a>
        {name !== '' && (
          <>
            <nav aria-label="Pages">
              {pages.map(([path, words]) => (
                <a key={path} href={path} {...(location.pathname === path && { 'aria-current': 'page' as const })}>
                  {words}
                </a>
              ))}
            </nav>
            <div className="who">
              <span title={`may: ${scopes.join(', ')}`}>
                <span className="unseen">Signed in as </span>
                {inert(name, 40)}
              </span>
              <SignOut words="Sign out" />
            </div>
          </>
        )}
      </header>
      <main id="main" tabIndex={-1} className="content">
        {children}
      </main>
      <footer className="foot">
        <a href="/v1/docs">API</a>
        <a href="/v1/openapi.json">OpenAPI</a>
      </footer>
    </>
  );
}
