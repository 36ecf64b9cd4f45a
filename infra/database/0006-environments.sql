-- The same bundle for two environments is two questions.
ALTER TABLE rehearsals DROP CONSTRAINT rehearsals_bundle_digest_snapshot_rules_digest_seed_attempt_key;
ALTER TABLE rehearsals ADD UNIQUE (bundle_digest, snapshot, rules_digest, seed, environment, attempt);
