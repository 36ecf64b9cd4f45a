import { extname } from 'node:path';
import { servicePages } from '../../../shared/edge/adapters/built-pages.ts';
import type { Api } from '../type-provider.ts';

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
/** A name changes with its content, so whoever has it need not ask again. */
const forEver = 'public, max-age=31536000, immutable';

/** Script and style of the service's pages; they hold no secret, so the sign-in page can use them too. */
export function assetRoutes(app: Api): void {
  for (const [name, content] of servicePages()?.assets ?? []) {
    app.get(`/assets/${name}`, { schema: { hide: true } }, (_request, reply) =>
      reply
        .type(types[extname(name)] ?? 'application/octet-stream')
        .header('cache-control', forEver)
        .header('x-content-type-options', 'nosniff')
        .send(content),
    );
  }
}
