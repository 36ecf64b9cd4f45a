import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { Api } from './type-provider.ts';

/** Many clients name the type with every request; where nothing has to be said, an empty body says just that. */
export function acceptJson(app: Api): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text: string, done) => {
    if (text === '' && !mustSay(request)) done(null, undefined);
    else void parse(request, text, done);
  });
}

function mustSay({ routeOptions }: FastifyRequest): boolean {
  const body = routeOptions.schema?.body;
  return body !== undefined && !Type.IsOptional(body);
}
