const connectWaitMs = 5_000;

/** `maxmemory-policy` of a Redis; rejects where it does not answer. */
export async function askEvictionPolicy(url: string): Promise<string> {
  // Loaded where it is needed: most commands never ask a Redis anything.
  const { Redis } = await import('ioredis');
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, connectTimeout: connectWaitMs });
  // What fails is told by the question below; without a listener it would be printed as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return /maxmemory_policy:(\S+)/.exec(await client.info('memory'))?.[1] ?? 'unknown';
  } finally {
    client.disconnect();
  }
}
