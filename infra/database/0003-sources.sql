-- Which branch and commit a rehearsal was submitted from; the same bundle may come from several.
CREATE TABLE sources (
  rehearsal_id text NOT NULL REFERENCES rehearsals ON DELETE CASCADE,
  branch       text NOT NULL,
  commit       text NOT NULL DEFAULT '',
  at           timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (rehearsal_id, branch, commit)
);
CREATE INDEX sources_by_branch ON sources (branch, rehearsal_id);
