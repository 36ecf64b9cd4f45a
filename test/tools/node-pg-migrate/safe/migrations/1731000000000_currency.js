export const up = (pgm) => {
  pgm.addColumns('orders', { currency: { type: 'text', notNull: true, default: 'EUR' } });
};

export const down = (pgm) => pgm.dropColumns('orders', ['currency']);
