export const up = (pgm) => {
  pgm.createTable('hourly_usage', {
    hour_no: { type: 'integer', primaryKey: true },
    labels: { type: 'jsonb', notNull: true },
    tokens: { type: 'integer', notNull: true, default: 0 },
  });
  pgm.createIndex('hourly_usage', 'labels', { name: 'hourly_usage_labels', method: 'gin' });
};

export const down = (pgm) => pgm.dropTable('hourly_usage');
