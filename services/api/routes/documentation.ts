import { docsPage } from '../pages/docs-page.ts';
import { pagePolicy } from '../pages/security.ts';
import type { Api, ApiRoute } from '../type-provider.ts';

/** Registered first: it hears of every route that comes after it, and keeps the table of all of them. */
export function documentationRoutes(app: Api): void {
  const routes: { method: string; url: string; summary: string }[] = [];
  const table: ApiRoute[] = [];
  app.decorate('routeTable', table);
  app.addHook('onRoute', ({ method, url, schema, config }) => {
    for (const one of [method].flat()) if (one !== 'HEAD') table.push({ method: one, url, ...config });
    const summary = (schema as { readonly summary?: string } | undefined)?.summary;
    if (summary !== undefined && method !== 'HEAD') routes.push({ method: String(method), url, summary });
  });
  app.get('/v1/openapi.json', { schema: { summary: 'This API, machine-readable' } }, async () => app.swagger());
  app.get('/v1/docs', { schema: { summary: 'This page' } }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').header('content-security-policy', pagePolicy).send(docsPage(routes)),
  );
}
