import fastify from 'fastify';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { answerProblems } from '../../../services/api/problems.ts';

const Asked = Type.Object({
  priority: Type.Optional(Type.Union([Type.Literal('normal'), Type.Literal('high')])),
  limit: Type.Optional(Type.Integer({ maximum: 10 })),
});
const OnlyAsked = Type.Object(Asked.properties, { additionalProperties: false });

async function problemsOf(query: string, querystring: object = Asked): Promise<unknown> {
  const app = fastify({ ajv: { customOptions: { removeAdditional: false } } });
  answerProblems(app);
  app.get('/', { schema: { querystring } }, async () => 'fine');
  const answer = await app.inject(`/${query}`);
  await app.close();
  return answer.statusCode === 200 ? answer.body : answer.json().problems;
}

test('a word that is none of those allowed is told once, with those that are', async () => {
  expect(await problemsOf('?priority=urgent')).toEqual([
    { key: 'querystring.priority', message: 'must be one of normal, high' },
  ]);
});

test('what else is wrong is told as it is, and what is right passes', async () => {
  expect(await problemsOf('?limit=11')).toEqual([{ key: 'querystring.limit', message: 'must be <= 10' }]);
  expect(await problemsOf('?priority=high&limit=3')).toBe('fine');
});

test('a name that nobody knows is told, with the one that was probably meant', async () => {
  expect(await problemsOf('?limti=3', OnlyAsked)).toEqual([
    { key: 'querystring.limti', message: 'is not known; known are priority, limit', nearest: 'limit' },
  ]);
  expect(await problemsOf('?limti=3')).toBe('fine');
});
