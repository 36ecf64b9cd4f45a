/** What the service refuses or cannot do, in its own words (RFC 9457). */
export interface Refusal {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly remedy: string;
  readonly problems: readonly { readonly key?: string; readonly message: string }[];
}

export type Answer<T> =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'there'; readonly content: T }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** One call of the public API with the reader's own session; never rejects. */
export async function ask<T>(path: string, body?: object): Promise<Exclude<Answer<T>, { kind: 'waiting' }>> {
  const headers = { accept: 'application/json', ...(body && { 'content-type': 'application/json' }) };
  const request = body && { method: 'POST', body: JSON.stringify(body) };
  try {
    const response = await fetch(path, { headers, cache: 'no-store', ...request });
    const content: unknown = await response.json();
    if (response.ok) return { kind: 'there', content: content as T };
    return { kind: 'refused', refusal: { ...silent, ...(content as Partial<Refusal>), status: response.status } };
  } catch {
    // No answer, or one that is not of this service: something between the two spoke.
    return { kind: 'refused', refusal: unreachable };
  }
}

const silent: Refusal = {
  status: 500,
  code: 'internal',
  detail: 'The service failed and did not say why.',
  remedy: 'Try again; if it stays like this, tell whoever runs this service.',
  problems: [],
};

const unreachable: Refusal = {
  status: 503,
  code: 'unreachable',
  detail: 'The service does not answer.',
  remedy: 'Check your connection and try again; if it stays like this, tell whoever runs this service.',
  problems: [],
};
