export const up = (pgm) => {
  pgm.alterColumn('hourly_usage', 'tokens', { type: 'bigint' });
};

export const down = (pgm) => pgm.alterColumn('hourly_usage', 'tokens', { type: 'integer' });
