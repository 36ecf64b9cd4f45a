import { Shell } from './shell.tsx';

/** A plain form: the browser sends the token itself, and keeps the answer where no script can read it. */
export function SignInPage() {
  const query = new URLSearchParams(location.search);
  const refused = query.has('refused');
  return (
    <Shell title="Sign in">
      <h1>Sign in</h1>
      {refused && (
        <p className="notice tone-fail" role="alert" id="refused">
          That token is not known here. Check that you copied all of it, and that it has not expired.
        </p>
      )}
      <form method="post" action="/sign-in" className="form narrow">
        <input type="hidden" name="next" value={query.get('next') ?? '/'} />
        <label>
          Token
          <input
            type="password"
            name="token"
            autoComplete="current-password"
            required
            {...(refused && { 'aria-describedby': 'refused', 'aria-invalid': true })}
          />
        </label>
        <button type="submit" className="button strong">
          Sign in
        </button>
      </form>
      <p className="soft">
        The token is the one that the service printed when it started, or one that its operator made for you. It stays
        in this browser until you sign out or close it.
      </p>
    </Shell>
  );
}
