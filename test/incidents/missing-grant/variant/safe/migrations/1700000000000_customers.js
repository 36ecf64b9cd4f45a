export const up = (pgm) => {
  pgm.createTable('customers', {
    customer_no: { type: 'integer', primaryKey: true },
    email: { type: 'varchar(100)', notNull: true },
    blocked: { type: 'boolean', notNull: true, default: false },
  });
  pgm.sql('GRANT SELECT, UPDATE ON customers TO portal');
};

export const down = (pgm) => pgm.dropTable('customers');
