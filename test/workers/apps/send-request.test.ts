import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { sendRequest } from '../../../workers/apps/send-request.ts';

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

const request = { method: 'GET', headers: {}, timeoutMs: 5_000 };

test('a redirect is an answer, HEAD has no body, and GET may have one', async () => {
  const bodies: string[] = [];
  await using server = await serve(async (asked, response) => {
    bodies.push((await asked.setEncoding('utf8').toArray()).join(''));
    response.writeHead(asked.method === 'HEAD' ? 204 : 302, { location: '/elsewhere' }).end('moved');
  });
  expect(await sendRequest({ ...request, url: server.url, body: 'asked' })).toMatchObject({
    status: 302,
    headers: { location: '/elsewhere' },
    text: 'moved',
  });
  expect(await sendRequest({ ...request, url: server.url, method: 'HEAD' })).toMatchObject({ status: 204, text: '' });
  expect(bodies).toEqual(['asked', '']);
});

test('it keeps no connection open that would keep an application from stopping', async () => {
  await using server = await serve((_asked, response) => response.end('ok'));
  await sendRequest({ ...request, url: server.url });
  await server.close();
});

test('the time limit covers the last byte of the answer', async () => {
  await using server = await serve((_asked, response) => void response.writeHead(200).write('half of '));
  const asked = sendRequest({ ...request, url: server.url, timeoutMs: 100 });
  await expect(asked).rejects.toMatchObject({ name: 'TimeoutError' });
});
