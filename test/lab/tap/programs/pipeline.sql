\set id random(1, 100)
\startpipeline
BEGIN;
UPDATE accounts SET n = n + 1 WHERE id = :id;
SELECT n > 0 FROM accounts WHERE id = :id;
INSERT INTO history VALUES (:id);
END;
\endpipeline
