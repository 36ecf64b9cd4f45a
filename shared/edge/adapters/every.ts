/** Does something again and again, never twice at once; leaving its scope waits for the one under way. */
export function every(ms: number, work: () => Promise<void>, onError: (error: unknown) => void): AsyncDisposable {
  let underWay: Promise<void> = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    underWay = work()
      .catch(onError)
      .finally(() => {
        busy = false;
      });
  }, ms);
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(timer);
      await underWay;
    },
  };
}
