import { createHash } from 'node:crypto';
import { type Digest, parseRehearsalId, type RehearsalId } from '../domain/ids.ts';

/** Same bundle, snapshot, rules and seed: the same rehearsal, whoever asks. */
export function rehearsalIdOf(question: {
  readonly bundle: Digest;
  readonly snapshot: string;
  readonly rules: Digest;
  readonly seed: number;
  /** Given where a bundle knows several. */
  readonly environment?: string;
}): RehearsalId {
  const { bundle, snapshot, rules, seed, environment } = question;
  const text = JSON.stringify([bundle, snapshot, rules, seed, ...(environment === undefined ? [] : [environment])]);
  return parseRehearsalId(`rh-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`);
}

/** The default seed: a number from the digest, so that a repeated rehearsal draws the same lots. */
export function seedOf(bundle: Digest): number {
  return Number.parseInt(bundle.slice('sha256:'.length, 'sha256:'.length + 7), 16);
}
