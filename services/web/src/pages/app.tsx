import type { ReactNode } from 'react';
import { Answered } from './answered.tsx';
import { BoardPage } from './board-page.tsx';
import { ComparisonPage } from './comparison-page.tsx';
import { ListPage } from './list-page.tsx';
import { LivePage } from './live-page.tsx';
import { Problem } from './problem.tsx';
import { type Session, SessionContext } from './session.ts';
import { Shell } from './shell.tsx';
import { SignInPage } from './sign-in-page.tsx';
import { SnapshotsPage } from './snapshots-page.tsx';
import { StartPage } from './start-page.tsx';
import { useAnswer } from './use-answer.ts';
import { WorkersPage } from './workers-page.tsx';

/** Each page is loaded as one: the browser's own history, titles and focus need no help. */
export function App() {
  return location.pathname === '/sign-in' ? <SignInPage /> : <SignedIn />;
}

function SignedIn() {
  const { answer, again } = useAnswer<Session>('/v1/session');
  if (answer.kind === 'refused' && answer.refusal.status === 401) {
    location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
    return null;
  }
  if (answer.kind !== 'there') {
    return (
      <Shell title="Rehearsal">
        <Answered answer={answer} again={again}>
          {() => null}
        </Answered>
      </Shell>
    );
  }
  return (
    <SessionContext value={answer.content}>
      <Page path={location.pathname} />
    </SessionContext>
  );
}

const fixed: Readonly<Record<string, () => ReactNode>> = {
  '/': ListPage,
  '/board': BoardPage,
  '/snapshots': SnapshotsPage,
  '/workers': WorkersPage,
  '/start': StartPage,
};

function Page({ path }: { readonly path: string }) {
  const Known = fixed[path];
  if (Known !== undefined) return <Known />;
  const [, id, part] = /^\/rehearsals\/([^/]+)(\/comparison)?$/.exec(path) ?? [];
  if (id === undefined) return <NotFound />;
  return part === undefined ? <LivePage id={id} /> : <ComparisonPage id={id} />;
}

function NotFound() {
  const refusal = {
    status: 404,
    code: 'unknown-page',
    detail: `This service has no page ${location.pathname}.`,
    remedy: 'Check the address, or begin with the list of rehearsals.',
    problems: [],
  };
  return (
    <Shell title="Not found">
      <Problem refusal={refusal} />
    </Shell>
  );
}
