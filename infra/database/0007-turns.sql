SET LOCAL lock_timeout = '5s';

-- Which one begins next, and which machine can take it. A rehearsal gets its number when it begins, and those that began
-- earlier go first everywhere. Absent needs or turn: submitted, or begun, before anybody kept that.
ALTER TABLE rehearsals
  ADD COLUMN priority text NOT NULL DEFAULT 'normal',
  ADD COLUMN turn     bigint,
  ADD COLUMN needs    json,
  -- What all live workers lack.
  ADD COLUMN waiting  json;
CREATE SEQUENCE turns;

-- The newest turn of each service: whoever had one longest ago has the next.
CREATE TABLE service_turns (
  service text PRIMARY KEY,
  turn    bigint NOT NULL
);
