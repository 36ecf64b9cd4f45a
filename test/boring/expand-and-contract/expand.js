import { step } from './lib/step.js';

/** Both names exist and say the same, whoever writes. */
await step('002_writer', [
  'ALTER TABLE notes ADD COLUMN writer text',
  'ALTER TABLE notes ALTER COLUMN author DROP NOT NULL',
  `CREATE FUNCTION notes_sync_writer() RETURNS trigger LANGUAGE plpgsql AS $body$
   BEGIN
     NEW.writer := coalesce(NEW.writer, NEW.author);
     NEW.author := coalesce(NEW.author, NEW.writer);
     RETURN NEW;
   END
   $body$`,
  'CREATE TRIGGER notes_sync_writer BEFORE INSERT OR UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION notes_sync_writer()',
  'UPDATE notes SET writer = author',
]);
