import { step } from './lib/step.js';

/** Nobody is left who reads or writes the old name. */
await step('003_no_author', [
  'DROP TRIGGER notes_sync_writer ON notes',
  'DROP FUNCTION notes_sync_writer()',
  'ALTER TABLE notes DROP COLUMN author',
]);
