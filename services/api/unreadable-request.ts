import { maxHeaderSize, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { RehearsalError } from '../../shared/domain/problem.ts';
import { alwaysHeaders } from './always-headers.ts';
import { problemType, refuse, wireProblemOf } from './problems.ts';

/** Answers what Node cannot read as a request: no route, hook or reply ever sees it. */
export function answerUnreadable({ code }: { readonly code?: string }, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = wireProblemOf(refusalOf(code));
  const body = JSON.stringify(problem);
  const headers = {
    ...alwaysHeaders(crypto.randomUUID()),
    ...{ 'content-type': problemType, 'content-length': Buffer.byteLength(body), connection: 'close' },
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${lines.join('')}`;
  socket.end(`${head}\r\n${body}`, () => socket.destroy());
}

function refusalOf(code: string | undefined): RehearsalError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return refuse(
        'head-too-large',
        `Address and headers together are longer than ${maxHeaderSize} bytes.`,
        'Send a shorter address, or fewer and shorter headers.',
      );
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return refuse('request-timeout', 'The request did not arrive in time.', 'Send it again, all at once.');
    default:
      return refuse('invalid-request', 'What was sent is no HTTP request.', 'Send HTTP/1.1, without TLS.');
  }
}
