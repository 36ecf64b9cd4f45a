import { RehearsalError } from '../../shared/domain/problem.ts';
import type { ServiceClient } from './service-client.ts';

export interface FollowedEvent {
  readonly number: number;
  readonly kind: string;
  readonly content: Readonly<Record<string, unknown>>;
}

/** Server-sent events after the one numbered `after`, until the service ends them. */
export async function* followEvents(
  client: ServiceClient,
  path: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<FollowedEvent> {
  const response = await client.demand(path, { headers: { 'last-event-id': String(after) }, signal });
  if (response.body === null) return;
  let rest = '';
  try {
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + text).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = parseBlock(block);
        if (event !== undefined) yield event;
      }
    }
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    throw new RehearsalError('machine', 'cut-off', 'the connection to the service was cut', 'try again', { cause });
  }
}

/** Comments and retry times have no data and are left out. */
function parseBlock(block: string): FollowedEvent | undefined {
  const field = (name: string) =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2);
  const data = field('data');
  if (data === undefined) return undefined;
  return { number: Number(field('id')), kind: field('event') ?? 'message', content: JSON.parse(data) };
}
