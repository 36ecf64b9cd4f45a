/**
 * A terminal's Ctrl-C reaches every process of its group, and npm and our own wrapper pass it on: what comes again
 * within this time is the same one.
 */
const oneRequestMs = 500;

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** Who asks: a signal, or the end of the process that started this one with a channel. */
export type StopRequest = (typeof signals)[number] | 'disconnect';

/** Calls `onRequest` once for each time that somebody asks this process to end; leaving the scope stops listening. */
export function listenForStop(onRequest: (by: StopRequest, times: number) => void): Disposable {
  let times = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  const ask = (by: StopRequest) => {
    const nowMs = performance.now();
    if (nowMs - lastMs < oneRequestMs) return;
    lastMs = nowMs;
    times += 1;
    onRequest(by, times);
  };
  const cut = () => ask('disconnect');
  for (const signal of signals) process.on(signal, ask);
  if (process.connected) process.once('disconnect', cut);
  // Listening would keep this process alive after everything else in it has ended; who reads messages wants that.
  if (process.listenerCount('message') === 0) process.channel?.unref();
  return {
    [Symbol.dispose]: () => {
      for (const signal of signals) process.removeListener(signal, ask);
      process.removeListener('disconnect', cut);
    },
  };
}

/** Settles when somebody asks this process to end; whoever asks once more has it ended at once. */
export function askedToStop(): Promise<void> {
  return new Promise((resolve) => {
    listenForStop((by, times) => {
      if (times === 1) resolve();
      else if (by !== 'disconnect') process.exit(4);
    });
  });
}
