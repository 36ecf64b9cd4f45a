CREATE TABLE reactions (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  note_id bigint NOT NULL,
  emoji text NOT NULL
);
GRANT SELECT, INSERT ON reactions TO web;
