export const up = (pgm) => {
  pgm.sql("SET LOCAL lock_timeout = '700ms'");
  pgm.addColumns('notes', { pinned_at: { type: 'timestamptz' } });
};

export const down = (pgm) => {
  pgm.dropColumns('notes', ['pinned_at']);
};
