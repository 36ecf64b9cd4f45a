/** A constant default is not written into the rows, so the column may be NOT NULL at once. */
export const up = (pgm) => {
  pgm.addColumns('hourly_usage', { tokens_big: { type: 'bigint', notNull: true, default: 0 } });
  pgm.createFunction(
    'hourly_usage_copy_tokens',
    [],
    { returns: 'trigger', language: 'plpgsql' },
    'BEGIN NEW.tokens_big := NEW.tokens; RETURN NEW; END',
  );
  pgm.createTrigger('hourly_usage', 'hourly_usage_copy_tokens', {
    when: 'BEFORE',
    operation: ['INSERT', 'UPDATE'],
    level: 'ROW',
    function: 'hourly_usage_copy_tokens',
  });
};

export const down = (pgm) => {
  pgm.dropTrigger('hourly_usage', 'hourly_usage_copy_tokens');
  pgm.dropFunction('hourly_usage_copy_tokens', []);
  pgm.dropColumns('hourly_usage', ['tokens_big']);
};
