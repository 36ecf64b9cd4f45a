/** A constant default is not written into the rows, so the column may be NOT NULL at once. */
export const up = (pgm) => {
  pgm.createFunction(
    'hourly_usage_copy_tokens',
    [],
    { returns: 'trigger', language: 'plpgsql' },
    'BEGIN NEW.tokens_big := NEW.tokens; RETURN NEW; END',
  );
  pgm.sql(`
    ALTER TABLE hourly_usage ADD COLUMN tokens_big bigint NOT NULL DEFAULT 0;
    CREATE TRIGGER hourly_usage_copy_tokens BEFORE INSERT OR UPDATE ON hourly_usage
    FOR EACH ROW EXECUTE FUNCTION hourly_usage_copy_tokens()`);
};

export const down = (pgm) => {
  pgm.dropTrigger('hourly_usage', 'hourly_usage_copy_tokens');
  pgm.dropFunction('hourly_usage_copy_tokens', []);
  pgm.dropColumns('hourly_usage', ['tokens_big']);
};
