import type { RunProgress, StoredRehearsal } from '../../../shared/edge/ports/store.ts';
import { html, layout, type Markup } from './layout.ts';

export function listPage(items: readonly StoredRehearsal[], older: string | null): string {
  const rows = items.map(
    (item) => html`<tr>
<td>${badge(item)}</td>
<td><a href="/rehearsals/${item.id}">${item.service} ${item.version}</a></td>
<td>${item.environment}</td>
<td>${item.sentence ?? item.failure?.detail ?? ''}</td>
<td><time datetime="${item.createdAt.toISOString()}">${minuteOf(item.createdAt)}</time></td>
</tr>
`,
  );
  const table = html`<table>
<thead><tr><th>Verdict</th><th>Version</th><th>Environment</th><th>In one sentence</th><th>Submitted (UTC)</th></tr></thead>
<tbody>
${rows}</tbody>
</table>`;
  const none = html`<p>Nothing was rehearsed yet. Submit a bundle:</p>
<pre>rehearse submit BUNDLE --server URL</pre>`;
  const more = older === null ? html`` : html`<p><a href="/?cursor=${older}">Older</a></p>`;
  return layout(
    'Rehearsals',
    html`<h1>Rehearsals</h1>
${items.length === 0 ? none : table}
${more}`,
  );
}

/** A rehearsal that has no report: where it is, and what it waits for; the script follows its events to the end. */
export function statusPage(rehearsal: StoredRehearsal, runs: readonly RunProgress[]): string {
  const { id, service, version, status, failure } = rehearsal;
  const isOver = status === 'cancelled' || status === 'failed';
  const rows = runs.map(
    (run) => html`<li data-run="${run.id}">${run.id}: <b>${run.outcome ?? 'to do'}</b></li>
`,
  );
  const why =
    failure === null
      ? html``
      : html`<section class="failure"><h2>${failure.detail}</h2><p>${failure.remedy}</p><ul>
${failure.problems.map(
  ({
    file,
    line,
    key,
    message,
  }) => html`<li>${[file, line, key].filter((part) => part !== undefined).join(':')} ${message}</li>
`,
)}</ul></section>`;
  const body = html`<h1>${service} ${version}</h1>
<p>${badge(rehearsal)} <span id="status" aria-live="polite">${status}</span></p>
${why}
<h2>Runs</h2>
<ul id="runs" data-events="/v1/rehearsals/${id}/events" data-over="${String(isOver)}">
${rows}</ul>`;
  return layout(`${service} ${version}`, body, '/static/follow.js');
}

export function signInPage(next: string, refused: boolean): string {
  const sorry = refused ? html`<p class="failure" role="alert">That token is not known here.</p>` : html``;
  return layout(
    'Sign in',
    html`<h1>Sign in</h1>
${sorry}
<form method="post" action="/sign-in">
<input type="hidden" name="next" value="${next}">
<label>Token <input type="password" name="token" autocomplete="current-password" required autofocus></label>
<button>Sign in</button>
</form>
<p>The token is the one that the service printed when it started, or one that its operator made for you.</p>`,
  );
}

export function docsPage(
  routes: readonly { readonly method: string; readonly url: string; readonly summary: string }[],
): string {
  const rows = routes.map(
    ({
      method,
      url,
      summary,
    }) => html`<tr><td><code>${method}</code></td><td><code>${url}</code></td><td>${summary}</td></tr>
`,
  );
  return layout(
    'API',
    html`<h1>API</h1>
<p>Machine-readable: <a href="/v1/openapi.json">/v1/openapi.json</a>. Send <code>Authorization: Bearer …</code>.</p>
<table><tbody>
${rows}</tbody></table>`,
  );
}

function badge({ status, verdict }: StoredRehearsal): Markup {
  const word = verdict ?? status;
  return html`<span class="badge ${word}">${word}</span>`;
}

const minuteOf = (time: Date): string => time.toISOString().slice(0, 16).replace('T', ' ');
