CREATE TABLE assets (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  album_id bigint NOT NULL,
  kind text NOT NULL
);
INSERT INTO assets (album_id, kind)
SELECT n % 60, CASE WHEN n % 7 < 5 THEN 'Picture' ELSE 'Clip' END FROM generate_series(1, 1200) AS n;
CREATE INDEX assets_album ON assets (album_id);

CREATE TABLE schema_versions (version text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
