/** Nobody uses this table yet. */
export const up = (pgm) => {
  pgm.createTable('parcels', {
    tracking_code: { type: 'varchar(40)', primaryKey: true },
    order_number: { type: 'integer', notNull: true, references: 'orders' },
    sent_at: { type: 'timestamptz', notNull: true, default: pgm.func('now()') },
  });
};

export const down = (pgm) => pgm.dropTable('parcels');
