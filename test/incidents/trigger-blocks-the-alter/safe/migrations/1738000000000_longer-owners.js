/** The whole migration is one transaction: no owner changes while the history is not kept. */
export const up = (pgm) => {
  pgm.sql('LOCK TABLE buildings IN ACCESS EXCLUSIVE MODE');
  pgm.dropTrigger('buildings', 'buildings_history');
  pgm.alterColumn('buildings', 'owner', { type: 'varchar(200)' });
  pgm.sql(`
    CREATE TRIGGER buildings_history AFTER UPDATE ON buildings
    FOR EACH ROW WHEN (OLD.owner IS DISTINCT FROM NEW.owner) EXECUTE FUNCTION keep_owner()`);
};

export const down = false;
