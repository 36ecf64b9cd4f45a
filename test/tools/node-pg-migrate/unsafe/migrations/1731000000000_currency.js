/** The default fills the rows that are there and goes away, so that whoever writes must name a currency. */
export const up = (pgm) => {
  pgm.addColumns('orders', { currency: { type: 'text', notNull: true, default: 'EUR' } });
  pgm.alterColumn('orders', 'currency', { default: null });
};

export const down = (pgm) => pgm.dropColumns('orders', ['currency']);
