import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { greenReport, redReport } from '../../shared/report/reports.ts';
import { startGitlab } from '../../support/forges/fake-gitlab.ts';
import { bodyOf, tell } from '../../support/forges/tell.ts';

const status = 'POST /projects/{id}/statuses/{sha}';

/** A gate that says this to every question, and what it was asked. */
async function gateSaying(status: number, answer: string) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ answer, reasons: [{ code: 'told', text: 'by the test' }] }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    ...{ asked, url: `http://127.0.0.1:${port}` },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('report-to gitlab', () => {
  it.for([
    [200, 'allow', 'red', 'passed', 'success'],
    [412, 'block', 'green', 'failed', 'failed'],
  ] as const)('answers a status check as the gate says, whatever the report: %i %s', async (told) => {
    const [code, answer, colour, checked, state] = told;
    await using gitlab = await startGitlab();
    await using gate = await gateSaying(code, answer);
    const report = colour === 'red' ? redReport() : greenReport();
    await tell(gitlab, 'gitlab', report, '--status-check', '3', '--server', gate.url);
    const responses = gitlab.to('POST /projects/{id}/merge_requests/{iid}/status_check_responses');
    expect(responses.map(({ body }) => body)).toMatchObject([{ external_status_check_id: 3, status: checked }]);
    expect(bodyOf(gitlab, status)).toMatchObject({ state });
    const { service, version, digests } = report;
    expect(Object.fromEntries(new URL(gate.asked[0] ?? '', gate.url).searchParams)).toMatchObject({
      ...{ service, version, bundle: digests.bundle },
    });
    expect(gitlab.mistakes).toEqual([]);
  });

  it('sets the status of the commit and keeps one note, within the limits of the vendor', async () => {
    await using gitlab = await startGitlab();
    gitlab.notes.push({ id: 1, body: '<!-- rehearsal-note:rehearsal -->', system: false, author: { id: 666 } });
    await tell(gitlab, 'gitlab', { ...redReport(), sentence: 'x'.repeat(2_000) });
    expect(bodyOf(gitlab, status)).toMatchObject({ state: 'failed', name: 'rehearsal' });
    await tell(gitlab, 'gitlab', greenReport());
    expect(bodyOf(gitlab, status)).toMatchObject({ state: 'success' });
    expect(gitlab.notes.map(({ author }) => author.id)).toEqual([666, 42]);
    expect(gitlab.notes[1]?.body).toContain('pass: ');
    expect(gitlab.mistakes).toEqual([]);
  });

  it('answers an external status check from the gate only: one that does not answer is closed', async () => {
    await using gitlab = await startGitlab();
    expect(await tell(gitlab, 'gitlab', greenReport(), '--status-check', '3')).toMatchObject({ code: 2 });
    expect(gitlab.asked).toEqual([]);
    await tell(gitlab, 'gitlab', greenReport(), '--status-check', '3', '--server', 'http://127.0.0.1:9');
    const responses = gitlab.to('POST /projects/{id}/merge_requests/{iid}/status_check_responses');
    expect(responses.map(({ body }) => body)).toEqual([
      { sha: 'b'.repeat(40), external_status_check_id: 3, status: 'failed' },
    ]);
    expect(bodyOf(gitlab, status)).toMatchObject({ state: 'failed' });
    expect(gitlab.mistakes).toEqual([]);
  });
});
