import { describe, expect, it } from 'vitest';
import { FrameError, Framer, type Look, type Piece } from '../../../workers/tap/framer.ts';
import { message } from '../../../workers/tap/messages.ts';

/** `a` is gathered whole, `h` by its first 6 bytes, everything else passes. */
const look: Look = (type) => ({ a: 1 << 20, h: 6 })[type];

/** A small generator with a seed, so that a failure can be repeated. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function randomFrames(random: (below: number) => number): { type: string; body: Buffer }[] {
  return Array.from({ length: 60 }, () => {
    const size = [0, 1, 4, 5, 6, 7, 40, 3000][random(8)] ?? 0;
    return { type: 'ahd'[random(3)] ?? 'd', body: Buffer.from(Array.from({ length: size }, () => random(256))) };
  });
}

function cutAtRandom(stream: Buffer, random: (below: number) => number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < stream.length; ) {
    const size = 1 + random([1, 3, 8, 5000][random(4)] ?? 1);
    chunks.push(stream.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

describe('the framer', () => {
  it('gives back every byte and finds every frame, however the stream is cut', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = randomFrom(seed);
      const frames = randomFrames(random);
      const stream = Buffer.concat(frames.map(({ type, body }) => message(type, body)));
      const framer = new Framer(look);
      const pieces = cutAtRandom(stream, random).flatMap((chunk) => framer.push(chunk));

      expect(Buffer.concat(pieces.map(({ bytes }) => bytes)).equals(stream), `seed ${seed}`).toBe(true);
      const looked = frames.filter(({ type }) => type !== 'd');
      const expected = looked.map(({ type, body }) => ({ type, body: type === 'h' ? body.subarray(0, 6) : body }));
      const found = pieces.filter(({ type }) => type !== '').map(({ type, body }) => ({ type, body }));
      expect(found, `seed ${seed}`).toEqual(expected);
      expect(pieces.at(-1)?.ends).toBe(true);
    }
  });

  it('says of every piece whether the stream stands between two frames after it', () => {
    for (let seed = 1; seed <= 50; seed += 1) {
      const random = randomFrom(seed);
      const ends = new Set<number>();
      let length = 0;
      const frames = randomFrames(random).map(({ type, body }) => {
        length += 5 + body.length;
        ends.add(length);
        return message(type, body);
      });
      const framer = new Framer(look);
      let at = 0;
      for (const chunk of cutAtRandom(Buffer.concat(frames), random)) {
        for (const piece of framer.push(chunk)) {
          at += piece.bytes.length;
          expect(piece.ends, `seed ${seed} at ${at}`).toBe(ends.has(at));
        }
      }
    }
  });

  it('lets a frame that nobody looks into through as it comes, and several in one piece', () => {
    const framer = new Framer(look);
    const rows = Buffer.concat([message('d', Buffer.alloc(10)), message('d', Buffer.alloc(20))]);
    expect(framer.push(rows)).toEqual<Piece[]>([{ type: '', bytes: rows, body: Buffer.alloc(0), ends: true }]);

    const huge = message('d', Buffer.alloc(1 << 20));
    const first = framer.push(huge.subarray(0, 1000));
    expect(first.map(({ bytes, ends }) => [bytes.length, ends])).toEqual([[1000, false]]);
  });

  it('gathers of a long frame only what is wanted', () => {
    const framer = new Framer(look);
    const frame = message('h', Buffer.from('abcdefghij'));
    const pieces = [...framer.push(frame.subarray(0, 8)), ...framer.push(frame.subarray(8))];
    expect(pieces.map(({ type, body, ends }) => [type, body.toString(), ends])).toEqual([
      ['h', 'abcdef', false],
      ['', '', true],
    ]);
  });

  it.each([0, 3, -1, 0x7fff_ffff])('refuses a length of %i', (length) => {
    const frame = message('d', Buffer.alloc(0));
    frame.writeInt32BE(length, 1);
    expect(() => new Framer(look).push(frame)).toThrow(FrameError);
    const piecemeal = new Framer(look);
    expect(() => [...frame].flatMap((byte) => piecemeal.push(Buffer.from([byte])))).toThrow(FrameError);
  });
});
