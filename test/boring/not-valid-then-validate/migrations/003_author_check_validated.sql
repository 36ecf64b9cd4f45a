-- Reads every note and lets everybody read and write meanwhile.
ALTER TABLE notes VALIDATE CONSTRAINT notes_author_present;
