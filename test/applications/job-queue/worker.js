const { run } = await import(`graphile-worker-${process.env.REHEARSAL_VERSION}`);

const runner = await run({
  connectionString: process.env.DATABASE_URL,
  concurrency: 2,
  noHandleSignals: true,
  pollInterval: 500,
  taskList: {
    mail: async (payload, { query }) => {
      await query('INSERT INTO mails (recipient) VALUES ($1)', [payload.to]);
    },
  },
});
process.once('SIGTERM', () => runner.stop());
await runner.promise;
