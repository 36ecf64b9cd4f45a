import { client, step, withShortLockTimeout } from './lib/step.js';

const rowsAtOnce = 4000;
await client.connect();
try {
  await step('0041_big_message_ids', addColumn);
  while ((await withShortLockTimeout(copySome)) > 0);
  await buildIndex();
  await step('0042_big_message_ids_complete', () =>
    client.query('ALTER TABLE messages VALIDATE CONSTRAINT messages_id_big_present'),
  );
} finally {
  await client.end();
}

/**
 * Whoever writes from here on fills both columns, so only rows that are there already need to be copied. One message,
 * so that the lock is not held while the network is waited for.
 */
async function addColumn() {
  await client.query(`
    CREATE FUNCTION messages_copy_id() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
      NEW.id_big := NEW.id;
      RETURN NEW;
    END
    $body$;
    ALTER TABLE messages ADD COLUMN id_big bigint;
    ALTER TABLE messages ADD CONSTRAINT messages_id_big_present CHECK (id_big IS NOT NULL) NOT VALID;
    CREATE TRIGGER messages_copy_id BEFORE INSERT OR UPDATE ON messages
    FOR EACH ROW EXECUTE FUNCTION messages_copy_id()`);
}

async function copySome() {
  const { rowCount } = await client.query(
    `UPDATE messages SET id_big = id WHERE id IN (
       SELECT id FROM messages WHERE id_big IS NULL ORDER BY id LIMIT $1 FOR UPDATE)`,
    [rowsAtOnce],
  );
  return rowCount;
}

/** What a failed attempt left is not valid, and goes first. */
async function buildIndex() {
  const { rows } = await client.query(
    "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('messages_id_big')",
  );
  if (rows[0]?.indisvalid) return;
  if (rows.length > 0) await client.query('DROP INDEX CONCURRENTLY messages_id_big');
  await client.query('CREATE UNIQUE INDEX CONCURRENTLY messages_id_big ON messages (id_big)');
}
