import { FrameError } from './framer.ts';
import { limits } from './limits.ts';
import type { Peer } from './peer.ts';

export type Startup =
  | { readonly kind: 'session'; readonly packet: Buffer; readonly parameters: ReadonlyMap<string, string> }
  | { readonly kind: 'cancel'; readonly packet: Buffer }
  | { readonly kind: 'gone' };

/** Codes in the place of a protocol version. Source: PostgreSQL manual, "Message Formats". */
const cancelRequest = 80877102;
const sslRequest = 80877103;
const gssEncryptionRequest = 80877104;

/**
 * Reads up to the packet that says what the connection is for. Encryption is declined: statements must be read here.
 */
export async function readStartup(client: Peer): Promise<Startup> {
  for (;;) {
    const packet = await readPacket(client);
    if (packet === null) return { kind: 'gone' };
    const code = packet.readInt32BE(4);
    if (code === cancelRequest) return { kind: 'cancel', packet };
    if (code !== sslRequest && code !== gssEncryptionRequest) {
      return { kind: 'session', packet, parameters: parametersOf(packet) };
    }
    await client.outlet.write(Buffer.from('N'));
  }
}

async function readPacket({ inlet }: Peer): Promise<Buffer | null> {
  let read = Buffer.alloc(0);
  for (;;) {
    if (read.length >= 4) {
      const length = read.readInt32BE(0);
      if (length < 8 || length > limits.startupBytesMax) throw new FrameError(`a start-up packet of ${length} bytes`);
      if (read.length >= length) {
        if (read.length > length) inlet.unread({ bytes: read.subarray(length), atMs: 0 });
        return read.subarray(0, length);
      }
    }
    const chunk = await inlet.next();
    if (chunk === null) return null;
    read = Buffer.concat([read, chunk.bytes]);
  }
}

function parametersOf(packet: Buffer): ReadonlyMap<string, string> {
  const words = packet.toString('utf8', 8).split('\0');
  const parameters = new Map<string, string>();
  for (let at = 0; at + 1 < words.length && words[at] !== ''; at += 2)
    parameters.set(words[at] ?? '', words[at + 1] ?? '');
  return parameters;
}
