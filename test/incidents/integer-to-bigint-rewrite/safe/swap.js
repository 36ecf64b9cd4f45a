import { client, step } from './lib/step.js';

/** Changes names and nothing else: the column is known to be complete, and its index is there. One message. */
const swap = `
  LOCK TABLE messages IN ACCESS EXCLUSIVE MODE;
  ALTER TABLE messages ALTER COLUMN id_big SET NOT NULL;
  DROP TRIGGER messages_copy_id ON messages;
  DROP FUNCTION messages_copy_id();
  ALTER SEQUENCE messages_id_seq AS bigint OWNED BY NONE;
  ALTER TABLE messages DROP COLUMN id;
  ALTER TABLE messages RENAME COLUMN id_big TO id;
  ALTER TABLE messages ALTER COLUMN id SET DEFAULT nextval('messages_id_seq');
  ALTER SEQUENCE messages_id_seq OWNED BY messages.id;
  ALTER TABLE messages ADD CONSTRAINT messages_pkey PRIMARY KEY USING INDEX messages_id_big;
  ALTER TABLE messages DROP CONSTRAINT messages_id_big_present`;

await client.connect();
try {
  await step('0043_big_message_ids_swapped', () => client.query(swap));
} finally {
  await client.end();
}
