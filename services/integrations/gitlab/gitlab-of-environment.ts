/** The one GitLab whose external status checks are answered. */
export interface GitlabSettings {
  /** Ends in `/api/v4`. */
  readonly api: string;
  /** With scope `api`, of a user who may approve merge requests. Sent to `api` and nowhere else. */
  readonly token: string;
  /** With which GitLab signs its calls. */
  readonly secret: string;
}

/** undefined: none of the three is set, so nobody is answered. What is wrong is told to `refuse`, without its value. */
export function gitlabOfEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  refuse: (key: string, message: string) => void,
): GitlabSettings | undefined {
  const { REHEARSAL_GITLAB_URL: url, REHEARSAL_GITLAB_TOKEN: token, REHEARSAL_GITLAB_SECRET: secret } = env;
  if (url === undefined && token === undefined && secret === undefined) return undefined;
  const parsed = URL.parse(url ?? '');
  if (parsed === null || !isPlainAddress(parsed)) {
    refuse('REHEARSAL_GITLAB_URL', 'must be the address of GitLab, https://gitlab.example.org');
  }
  if (!/^[\x21-\x7e]+$/.test(token ?? '')) {
    refuse('REHEARSAL_GITLAB_TOKEN', 'must be an access token with scope api wherever GitLab is answered');
  }
  // As long as GitLab takes them.
  if (!/^.{16,255}$/.test(secret ?? '')) {
    refuse('REHEARSAL_GITLAB_SECRET', 'must be the shared secret of the status checks, 16 to 255 characters');
  }
  return { api: `${parsed?.href.replace(/(\/api\/v4)?\/*$/, '')}/api/v4`, token: token ?? '', secret: secret ?? '' };
}

const isPlainAddress = ({ protocol, username, password, search, hash }: URL): boolean =>
  /^https?:$/.test(protocol) && [username, password, search, hash].every((part) => part === '');
