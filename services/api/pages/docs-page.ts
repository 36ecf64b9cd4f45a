import { html, layout } from './layout.ts';

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
