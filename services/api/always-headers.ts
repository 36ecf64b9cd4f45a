/** On every answer, those too that no hook of a route gets to see. */
export const alwaysHeaders = (requestId: string) => ({
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'x-request-id': requestId,
});
