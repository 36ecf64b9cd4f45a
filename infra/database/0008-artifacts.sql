SET LOCAL lock_timeout = '5s';

-- Where the archive lies: 'store', which is bundle_chunks, or the URL of a directory or a bucket. Absent: it was removed
-- with the evidence of its rehearsals, and whoever submits the bundle again brings it back.
ALTER TABLE bundles
  ADD COLUMN kept_in text DEFAULT 'store',
  ADD COLUMN sent_at timestamptz NOT NULL DEFAULT now();
UPDATE bundles SET kept_in = NULL
  WHERE NOT EXISTS (SELECT FROM bundle_chunks WHERE bundle_chunks.digest = bundles.digest);
CREATE INDEX bundles_kept ON bundles (sent_at) WHERE kept_in IS NOT NULL;
