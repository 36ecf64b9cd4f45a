/**
 * Settles when somebody asks this process to end: a signal, or the end of the process that started it with a channel.
 */
export function askedToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
    if (process.connected) process.once('disconnect', () => resolve());
    // Listening would keep this process alive after everything else in it has ended.
    process.channel?.unref();
  });
}
